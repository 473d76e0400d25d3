"""Answers about tiers."""

from datetime import datetime

from shared.web.fields import Shown, View


class NextView(View):
    """The next higher tier, and what is to be spent for it yet."""

    code: str
    missing: Shown


class TierView(View):
    """How a customer stands with the tiers of one currency. `code`: null for none, with `since` when it was lost.

    `spend`: net, in the qualification period; `next`: null in the highest tier; `falls_at`: when they lose their tier,
    unless they buy, null for never.
    """

    currency: str
    code: str | None
    since: datetime | None
    spend: Shown
    next: NextView | None
    falls_at: datetime | None


class TiersView(View):
    """A customer's tiers, one for each currency that has any; none without a card."""

    customer_id: str
    tiers: list[TierView]


class SpanView(View):
    """Of which tier a customer was, from `since` to before `until`, null for now. `code`: null for none any more."""

    currency: str
    code: str | None
    since: datetime
    until: datetime | None
