"""The lines of a return: what is left of the purchase, and the share of it that comes back."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NoReturn

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.loyalty.purchases.domain import Amounts, in_currency, share
from services.loyalty.purchases.models import too_fine
from services.loyalty.purchases.return_models import ReturnedQuantity
from services.loyalty.purchases.tables import PurchaseLine, Return, ReturnLine
from shared.events import Money
from shared.events.purchases import ReturnedLine
from shared.web.problems import INVALID, WRONG_STATE, Kind, Problem


@dataclass(frozen=True, slots=True)
class Goods:
    """The lines of a purchase, and what is left of each after the returns so far; both by line number."""

    currency: str
    lines: dict[int, PurchaseLine]
    left: dict[int, Amounts]

    def returned(self, return_id: str, told: ReturnedQuantity, pointer: str) -> ReturnLine:
        """What comes back of one line. Raises 409 for more than is left, 422 for what can't be; both at `pointer`."""
        if told.line not in self.lines or not self.lines[told.line].quantity:
            refuse(INVALID, f"{pointer}/line", "the purchase has no such line, or it has no quantity")
        left, quantity = self.left[told.line], Decimal(told.quantity)
        if quantity > left.quantity:
            refuse(WRONG_STATE, f"{pointer}/quantity", f"only {left.quantity:f} is left of it")
        part = share(amounts(self.lines[told.line]), left, quantity, self.currency)
        return ReturnLine(
            return_id=return_id,
            line=told.line,
            quantity=quantity,
            list_amount=part.list,
            paid_amount=part.paid,
            cost_amount=part.cost,
            refund_amount=self._refund(told.refund_amount, part.paid, f"{pointer}/refund_amount"),
            whole=quantity == left.quantity,
        )

    def came_back(self) -> dict[int, Amounts]:
        """What came back so far, by line; of the others nothing did."""
        parts = {number: amounts(line).minus(self.left[number]) for number, line in self.lines.items()}
        return {number: part for number, part in parts.items() if part.quantity}

    def _refund(self, told: str, paid: Decimal, pointer: str) -> Decimal:
        refund = in_currency(told, self.currency)
        if refund is None:
            refuse(INVALID, pointer, too_fine(self.currency))
        if Decimal(refund) > paid:
            refuse(INVALID, pointer, f"only {paid:f} was paid for it")
        return Decimal(refund)

    def event_line(self, returned: ReturnLine) -> ReturnedLine:
        """What the event tells of a line that came back."""
        bought = self.lines[returned.line]
        return ReturnedLine(
            line=returned.line,
            category=bought.category,
            quantity=returned.quantity,
            list_amount=self._money(returned.list_amount),
            paid_amount=self._money(returned.paid_amount),
            cost_amount=None if returned.cost_amount is None else self._money(returned.cost_amount),
            refund_amount=self._money(returned.refund_amount),
            tailored=bought.tailored,
            tailorable=bought.tailorable,
            whole=returned.whole,
        )

    def _money(self, amount: Decimal) -> Money:
        return Money(amount=amount, currency=self.currency)


async def goods(session: AsyncSession, purchase_id: str, currency: str) -> Goods:
    """The lines of a purchase and what is left of them; lock the purchase first."""
    bought = select(PurchaseLine).where(col(PurchaseLine.purchase_id) == purchase_id)
    lines = {line.line: line for line in (await session.execute(bought)).scalars()}
    left = {number: amounts(line) for number, line in lines.items()}
    came_back = select(ReturnLine).join(Return, col(Return.id) == col(ReturnLine.return_id))
    for before in (await session.execute(came_back.where(col(Return.purchase_id) == purchase_id))).scalars():
        left[before.line] = left[before.line].minus(amounts(before))
    return Goods(currency, lines, left)


def amounts(line: PurchaseLine | ReturnLine) -> Amounts:
    """What a line, or what came back of one, amounts to."""
    return Amounts(line.quantity, line.list_amount, line.paid_amount, line.cost_amount)


def refuse(kind: Kind, pointer: str, detail: str) -> NoReturn:
    """Raises a problem that points at one place of the request."""
    raise Problem(kind, detail, errors=[{"pointer": pointer, "detail": detail}])
