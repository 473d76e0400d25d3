"""The lines that a bill should have had: as rows, as the event tells them, and held against what came back."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from services.loyalty.purchases.domain import Amounts, in_currency, shortest
from services.loyalty.purchases.models import NewLine, inexact
from services.loyalty.purchases.return_lines import Goods, amounts, refuse
from services.loyalty.purchases.tables import PurchaseLine
from shared.events import Money
from shared.events.purchases import PurchasedLine
from shared.web.problems import INVALID, WRONG_STATE, Problem

_AMOUNTS = ("list_amount", "paid_amount", "cost_amount")
_SAME = (
    "product_id",
    "category",
    "level",
    "discount_kind",
    "tier",
    "tailored",
    "tailorable",
    "due_at",
    "delivered_at",
)
"""What is told of a line as it is stored."""


def rows(purchase_id: str, lines: Sequence[NewLine], currency: str) -> list[PurchaseLine]:
    """The lines as they are stored. Raises 422 for amounts finer than the bill's currency."""
    faults = [
        {"pointer": "".join(f"/{part}" for part in place), "detail": detail}
        for place, detail in inexact(lines, currency)
    ]
    if faults:
        raise Problem(INVALID, f"look at {faults[0]['pointer']}", errors=faults)
    return [_row(purchase_id, number, line, currency) for number, line in enumerate(lines, 1)]


def demand_room(before: Goods, after: Sequence[PurchaseLine]) -> None:
    """Raises 409 where a line would be less than what came back of it, or something else."""
    for number, part in before.came_back().items():
        if number > len(after):
            refuse(WRONG_STATE, "/lines", f"line {number}: {part.quantity:f} of it came back already")
        _demand_room(f"/lines/{number - 1}", before.lines[number], after[number - 1], part)


def carry_over(before: Goods, after: Sequence[PurchaseLine]) -> set[int]:
    """The numbers of the lines that are still the same product; when they arrived stays, unless it is told anew."""
    same = {line.line: line for line in after if _product(before.lines.get(line.line)) == line.product_id}
    for number, line in same.items():
        line.delivered_at = line.delivered_at or before.lines[number].delivered_at
    return set(same)


def event_line(line: PurchaseLine, currency: str) -> PurchasedLine:
    """What the event tells of a line."""
    money = {
        name: None if amount is None else Money(amount=amount, currency=currency)
        for name, amount in ((name, getattr(line, name)) for name in _AMOUNTS)
    }
    same = {name: getattr(line, name) for name in ("quantity", *_SAME)}
    return PurchasedLine.model_validate(same | money)


def _product(line: PurchaseLine | None) -> str | None:
    return None if line is None else line.product_id


def _demand_room(pointer: str, before: PurchaseLine, after: PurchaseLine, part: Amounts) -> None:
    if after.category != before.category:
        refuse(WRONG_STATE, f"{pointer}/category", f"line {before.line} came back as {before.category} already")
    if not amounts(after).holds(part):
        told = f"{part.quantity:f} of it, paid {part.paid:f}, came back already"
        refuse(WRONG_STATE, pointer, f"line {before.line}: {told}")


def _row(purchase_id: str, number: int, line: NewLine, currency: str) -> PurchaseLine:
    told = ((name, getattr(line, name)) for name in _AMOUNTS)
    values: dict[str, Any] = {name: amount and in_currency(amount, currency) for name, amount in told}
    values["quantity"] = shortest(line.quantity)
    exact = {name: None if value is None else Decimal(value) for name, value in values.items()}
    same = {name: getattr(line, name) for name in ("format", *_SAME)}
    return PurchaseLine(purchase_id=purchase_id, line=number, **(same | exact))
