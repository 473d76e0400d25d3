"""Requests and answers about referrals."""

from datetime import datetime

from services.loyalty.referrals.domain import State
from shared.web.fields import Code, Flag, Id, NewEntity, OccurredAt, View


class NewReferral(NewEntity):
    """`customer_id` brought `friend_id`; `occurred_at`: now where nothing is told."""

    customer_id: Id
    friend_id: Id
    occurred_at: OccurredAt | None = None
    store_id: Id | None = None
    channel: Code | None = None
    simulated: Flag = False


class ReferralView(View):
    """A referral; who is erased is null.

    What the friend bought is not told. `reward_points`: 0 where the programme gives nothing, null until it is
    qualified; due at `reward_due_at`. `rule`: why it is void.
    """

    id: str
    customer_id: str | None
    friend_id: str | None
    occurred_at: datetime
    store_id: str | None
    channel: str | None
    state: State
    currency: str | None
    reward_points: int | None
    reward_due_at: datetime | None
    rule: str | None
    simulated: bool
    created_at: datetime
    version: int
