"""Purchases, netted of what came back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from services.scoring.facts.fact import Fact

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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

    def categories(self, at: datetime, unknown: str) -> set[str]:
        """The categories of it that had not come back by then; lines of no known category left out."""
        return {
            line.category
            for line in self.lines
            if line.category != unknown and (line.dropped is None or line.dropped > at)
        }


def purchases(sold: Iterable[Fact], returned: Iterable[Fact], corrected: Iterable[Fact] = ()) -> tuple[Purchase, ...]:
    """Every purchase, wholly returned ones too, in reading order.

    The last correction counts from the beginning, and one without lines takes the purchase away. What speaks
    of no known purchase is passed by.
    """
    returns: dict[str, list[Fact]] = {}
    for fact in returned:
        returns.setdefault(fact.data["purchase"], []).append(fact)
    corrections = {fact.subject: fact for fact in corrected}
    made = [_purchase(fact, corrections.get(fact.subject)) for fact in sold]
    return tuple(_netted(each, returns.pop(each.fact.subject, ())) for each in made if each.told["lines"])


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
        for line in back.data["lines"]:
            _take_back(lines, line, back.time)
        left -= Decimal(back.data["quantity"])
        if voided is None and left <= 0 < bought:
            voided = back.time
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
        cost=None if group.cost is None else group.cost - Decimal(line.get("cost", 0)),
        kept=kept,
        tailored=max(0, group.tailored - line["tailored"]),
        dropped=group.dropped or (None if kept else time),
    )
