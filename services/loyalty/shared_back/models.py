"""Answers about what was shared back."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import get_args

from services.loyalty.shared_back.domain import DiscountKind, Gifts, Shared
from shared.web.fields import Shown, View


class DiscountsView(View):
    """What was taken off the list prices. A line counts once: by its kind of discount, else for its tier's price."""

    total: Shown
    by_kind: dict[DiscountKind, Shown]


class PointsView(View):
    """Points of the currency's programme, by when they moved; `value`: what those spent were worth then.

    `earned`: less what was taken back.
    """

    spent: int
    value: Shown
    earned: int
    expired: int


class GiftsView(View):
    """Gifts whose cost in this currency is known."""

    count: int
    cost: Shown


class MarginView(View):
    """What the goods would have earned at list price; null where no line's cost is known or assumed.

    `discounts`: of the lines that it is of; `assumed`: some of them at their category's assumed margin;
    `unknown_lines`: lines of which nobody knows the cost, and which are left out.
    """

    amount: Shown | None
    discounts: Shown
    assumed: bool
    unknown_lines: int


class CurrencyView(View):
    """What was earned and shared back in one currency, net of returns at the time of the purchase.

    `shared_back`: discounts, points spent at their value, and gifts. `share`: the same over the margin before
    discounts, lines of unknown cost left out of both; null where there is no such margin. `referral_rewards`: points
    given for referrals, among those earned.
    """

    currency: str
    list_amount: Shown
    paid_amount: Shown
    discounts: DiscountsView
    points: PointsView
    gifts: GiftsView
    referral_rewards: int
    margin: MarginView
    shared_back: Shown
    share: float | None

    @classmethod
    def of(cls, shared: Shared) -> "CurrencyView":
        """What is shown of it, the share to six digits."""
        by_kind, points = shared.discounts, shared.points
        return cls.model_validate(
            {
                "currency": shared.currency,
                "list_amount": shared.listed,
                "paid_amount": shared.paid,
                "discounts": {
                    "total": shared.listed - shared.paid,
                    "by_kind": {kind: by_kind.get(kind, 0) for kind in get_args(DiscountKind)},
                },
                "points": points._asdict(),
                "gifts": asdict(shared.gifts),
                "referral_rewards": points.rewards,
                "margin": {
                    "amount": shared.margin,
                    "discounts": shared.margin_discounts,
                    "assumed": any(each.assumed for each in shared.sold),
                    "unknown_lines": sum(each.unknown_lines for each in shared.sold),
                },
                "shared_back": shared.total,
                "share": None if shared.share is None else round(float(shared.share), 6),
            }
        )


class SharedBackView(View):
    """What was shared with a customer, under whichever id, from `start` to before `end`, by currency.

    `gifts_of_unknown_cost`: gifts that count in no currency.
    """

    customer_id: str
    start: datetime
    end: datetime
    gifts_of_unknown_cost: int
    currencies: list[CurrencyView]

    @classmethod
    def of(
        cls, customer_id: str, period: tuple[datetime, datetime], shared: Iterable[Shared], gifts: Iterable[Gifts]
    ) -> "SharedBackView":
        """What is shown of a customer's period."""
        return cls(
            customer_id=customer_id,
            start=period[0],
            end=period[1],
            gifts_of_unknown_cost=sum(each.count for each in gifts if each.currency is None),
            currencies=[CurrencyView.of(each) for each in shared],
        )
