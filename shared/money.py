"""Currencies and exactness: what amounts a currency can hold."""

from decimal import Decimal

from iso4217 import Currency

# Currencies that ended since 1990: history is imported, and the package lists only those in use. ISO 4217 no longer
# says how many decimals they had; where that is told differently, the larger number, so that no true bill is refused.
_ENDED = {
    0: "BYB BYR ESP ITL LUF MGF TRL",
    2: "ANG ATS AZM BEF BGL BGN BRR CSD CSK CUC CYP DDM DEM EEK FIM FRF GHC GRD HRK IEP LTL LVL MRO MTL MXP MZM NLG "
    "PLZ PTE ROL RUR SDD SIT SKK SLL SRG STD TMM UAK VEB VEF YUM ZMK ZWD ZWL",
}

DECIMALS: dict[str, int] = {code: decimals for decimals, codes in _ENDED.items() for code in codes.split()} | {
    currency.code: currency.exponent for currency in Currency if currency.exponent is not None
}
"""ISO 4217's currencies, ended ones too, and how many decimals each has."""


def fits_currency(amount: Decimal, currency: str) -> bool:
    """Whether `amount` has no more decimals than `currency` has; zeros behind them do not count."""
    return amount == round(amount, DECIMALS[currency])
