"""L01: the types of request and answer fields, each held to what it says."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from iso4217 import Currency as Listed
from pydantic import TypeAdapter, ValidationError

from shared.events import Money
from shared.money import DECIMALS
from shared.web.fields import Amount, Currency, Day, Number, Shown

EXTREMES = ["0", "0.000001", "999999999999", "999999999999.999999", "000000000007.50"]
NO_NUMBERS = [
    *["1e3", "1E+2", "٣", "1_0", " 1 ", "1\n", "-0", "-1", "+1", ".5", "1.", "", "NaN", "Infinity", "0x1", "1,5"],
    *["1000000000000", "0.0000001", 1, 1.5, True, None, Decimal(1)],
]
NO_DAYS = [
    *[
        "2025-01-01T00:00:00Z",
        "2025-01-01T00:00:00",
        "2025-01-01 ",
        "2025-01-01\n",
        "2025-1-1",
        "20250101",
        "٢٠٢٥-٠١-٠١",
    ],
    *["1899-12-31", "2201-01-01", "2025-02-29", "0000-01-01", "1483271606", "", 1483271606, None, date(2025, 1, 1)],
]


@pytest.mark.parametrize("told", EXTREMES)
def test_L01_what_a_request_takes_an_event_and_a_view_can_hold(told: str) -> None:
    taken = TypeAdapter(Number).validate_python(told)
    assert TypeAdapter(Shown).dump_json(TypeAdapter(Shown).validate_python(taken)) == f'"{taken:f}"'.encode()
    assert Money(amount=taken, currency="USD").amount == Decimal(told)


@pytest.mark.parametrize("told", [Decimal("1E+3"), Decimal("-12"), Decimal("123456789012345678901234567.1234567")])
def test_L01_a_view_shows_any_number_plainly(told: Decimal) -> None:
    shown = TypeAdapter(Shown)
    assert shown.dump_json(shown.validate_python(told)) == f'"{told:f}"'.encode()


@pytest.mark.parametrize("told", NO_NUMBERS)
@pytest.mark.parametrize("kind", [Amount, Number])
def test_L01_a_number_is_a_decimal_string(kind: Any, told: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(told)


@pytest.mark.parametrize("told", ["1900-01-01", "2024-02-29", "2200-12-31"])
def test_L01_a_day_is_taken(told: str) -> None:
    assert TypeAdapter(Day).validate_python(told) == date.fromisoformat(told)


@pytest.mark.parametrize("told", NO_DAYS)
def test_L01_a_day_is_exactly_a_day(told: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Day).validate_python(told)


@pytest.mark.parametrize(("code", "decimals"), [("BGN", 2), ("HRK", 2), ("DEM", 2), ("ITL", 0), ("PTE", 2), ("TRL", 0)])
def test_L01_a_currency_that_ended_is_one(code: str, decimals: int) -> None:
    assert TypeAdapter(Currency).validate_python(code) == code
    assert DECIMALS[code] == decimals


def test_L01_a_currency_in_use_has_the_decimals_of_iso_4217() -> None:
    listed = {currency.code: currency.exponent for currency in Listed if currency.exponent is not None}
    assert DECIMALS.items() >= listed.items()


@pytest.mark.parametrize("code", ["XXQ", "XXX", "XAU", "usd", "US", "DEM\n"])
def test_L01_no_currency_is_refused(code: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Currency).validate_python(code)
