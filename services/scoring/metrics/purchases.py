"""Purchases, netted of what came back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, NamedTuple

from services.scoring.facts.fact import Fact

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ZERO = Decimal(0)
_SHARE = Decimal("0.0001")
"""To what a share of a cost is rounded, half to even."""


class LineGroup(NamedTuple):
    """The lines of one purchase in one category, those of unknown cost apart.

    `listed`, `paid`, `cost`: amounts net of returns, before and after discounts; `cost` None where unknown.
    `kept`: lines not wholly returned, `tailored` of them tailored; `tailorable`: lines sold, returned or
    not, that could have been. `dropped`: when the last line came back. `level`: the highest price and
    quality level, where told.
    """

    category: str
    listed: Decimal
    paid: Decimal
    cost: Decimal | None
    kept: int
    tailorable: int
    tailored: int
    level: int | None = None
    dropped: datetime | None = None


class Purchase(NamedTuple):
    """One bill. `day`: days since 1970-01-01 UTC; `voided`: when the whole of it had come back.

    `told`: what it, or its last correction, says of the lines; `losses`: whenever a group of its lines, or the
    whole, had come back.
    """

    fact: Fact
    time: datetime
    day: int
    currency: str
    lines: tuple[LineGroup, ...]
    told: Mapping[str, Any]
    corrected: bool = False
    voided: datetime | None = None
    wrong_item: bool = False
    losses: tuple[datetime, ...] = ()

    def stands(self, at: datetime) -> bool:
        """Whether it was a purchase as far as one knew at that time."""
        return self.voided is None or self.voided > at

    def known(self, at: datetime, unknown: str) -> list[LineGroup]:
        """The lines of it that had not come back by then; those of no known category left out."""
        return [line for line in self.lines if line.category != unknown and (line.dropped is None or line.dropped > at)]

    def categories(self, at: datetime, unknown: str) -> set[str]:
        """The categories of these lines."""
        return {line.category for line in self.known(at, unknown)}


def purchases(sold: Iterable[Fact], returned: Iterable[Fact], corrected: Iterable[Fact] = ()) -> tuple[Purchase, ...]:
    """Every purchase, wholly returned ones too, in reading order; of several tellings by one source the first.

    The last correction counts from the beginning, and one without lines takes the purchase away. What speaks
    of no known purchase, or in another currency than it, is passed by.
    """
    first: dict[tuple[str, str], Fact] = {}
    for fact in sold:
        first.setdefault((fact.source, fact.subject), fact)
    returns: dict[str, list[Fact]] = {}
    for fact in returned:
        returns.setdefault(fact.data["purchase"], []).append(fact)
    corrections = {fact.subject: fact for fact in corrected}
    made = [_purchase(fact, corrections.get(fact.subject)) for fact in first.values()]
    return tuple(_netted(each, returns.pop(each.fact.subject, ())) for each in made if each.told["lines"])


def nothing_bought(recent: Sequence[Purchase], currency: str | None) -> str:
    """Why nothing of the window counts; `recent`: its purchases, none of them in the main currency."""
    if not recent:
        return "Nothing was bought in the window."
    return f"Nothing was bought in {currency}, the main currency, in the window."


def _purchase(fact: Fact, correction: Fact | None) -> Purchase:
    told = fact.data if correction is None else correction.data
    lines = [
        LineGroup(
            line["category"],
            Decimal(line["list"]),
            Decimal(line["paid"]),
            Decimal(line["cost"]) if "cost" in line else None,
            line["count"],
            line["tailorable"],
            line["tailored"],
            line.get("level"),
        )
        for line in told["lines"]
    ]
    return Purchase(
        fact,
        fact.time,
        (fact.time - _EPOCH).days,
        told.get("currency", fact.data["currency"]),
        tuple(lines),
        told,
        correction is not None,
    )


def _netted(purchase: Purchase, returns: Sequence[Fact]) -> Purchase:
    if not returns:
        return purchase
    lines = list(purchase.lines)
    left = bought = Decimal(purchase.told["quantity"])
    voided = None
    for back in returns:
        if back.data.get("currency", purchase.currency) != purchase.currency:
            continue
        for line in back.data["lines"]:
            _take_back(lines, line, back.time)
        left -= Decimal(back.data["quantity"])
        if voided is None and left <= 0 < bought:
            voided = back.time
    if voided is not None:
        lines = [line._replace(kept=0, tailored=0, dropped=line.dropped or voided) for line in lines]
    return purchase._replace(
        lines=tuple(lines),
        voided=voided,
        wrong_item=any(back.data["reason"] == "wrong_item" for back in returns),
        losses=tuple(time for time in (voided, *(line.dropped for line in lines)) if time is not None),
    )


def _take_back(lines: list[LineGroup], line: Mapping[str, Any], time: datetime) -> None:
    """Net one returned group from the group of its category, the one of like cost first."""
    same = [at for at, group in enumerate(lines) if group.category == line["category"]]
    if not same:
        return
    costed = "cost" in line
    at = next((at for at in same if (lines[at].cost is not None) == costed), same[0])
    group = lines[at]
    kept = max(0, group.kept - line["count"])
    lines[at] = group._replace(
        listed=group.listed - Decimal(line["list"]),
        paid=group.paid - Decimal(line["paid"]),
        cost=None if group.cost is None else group.cost - _cost_of(line, group, group.cost),
        kept=kept,
        tailored=max(0, group.tailored - line["tailored"]),
        dropped=group.dropped or (None if kept else time),
    )


def _cost_of(line: Mapping[str, Any], group: LineGroup, cost: Decimal) -> Decimal:
    """What the goods of a returned group had cost; where it is not told, as much of `cost` as of what was paid.

    Of goods that were free it is all with the last line of them, and nothing before.
    """
    if "cost" in line:
        return Decimal(line["cost"])
    paid = Decimal(line["paid"])
    if paid < group.paid:
        return (cost * paid / group.paid).quantize(_SHARE, ROUND_HALF_EVEN)
    return cost if group.paid > 0 or group.kept <= line["count"] else _ZERO
