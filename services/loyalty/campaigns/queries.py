"""Reading campaigns and whom they reached."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.loyalty.campaigns.models import DeliveryView
from services.loyalty.campaigns.tables import Campaign, Delivery
from shared.events.loyalty import ContactKind
from shared.web.cursors import keyset
from shared.web.fields import Id
from shared.web.problems import NOT_FOUND, Problem

THEIRS = "not exists (select from purchases where purchases.id = purchase_id and corrected_to is not null)"
"""A condition of responses: that they were not redeemed by a bill that turned out to be somebody else's."""
_FIRST_ANSWERS = text(f"""
    select distinct on (customer_id) customer_id, responded_at, kind from responses
    where campaign_id = :campaign and customer_id = any(:customers) and {THEIRS}
    order by customer_id, responded_at, kind
""")  # noqa: S608 -- put together from constants alone


class Known(NamedTuple):
    """When and through which channel a customer was reached, or would have been."""

    delivered_at: datetime
    channel: str
    held_back: bool


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of campaigns is narrowed to; each is named after its field."""

    kind: ContactKind | None = None
    segment_id: Id | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """One condition for each filter that is set."""
        return [getattr(Campaign, name) == value for name, value in asdict(self).items() if value is not None]


async def one(session: AsyncSession, campaign_id: str) -> Campaign:
    """The campaign of that id; raises a 404 problem."""
    campaign = await session.get(Campaign, campaign_id)
    if campaign is None:
        raise Problem(NOT_FOUND, f"no campaign {campaign_id}")
    return campaign


async def page(
    session: AsyncSession, limit: int, cursor: str | None, filters: Filters
) -> tuple[list[Campaign], str | None]:
    """Campaigns in the order of their ids, and the next cursor."""
    return await keyset(session, select(Campaign).where(*filters.conditions()), limit, cursor, col(Campaign.id))


async def known(session: AsyncSession, campaign_id: str, customers: Collection[str]) -> dict[str, Known]:
    """Those of the customers whom the campaign reached, or holds back."""
    what = (Delivery.customer_id, Delivery.delivered_at, Delivery.channel, Delivery.held_back)
    query = select(*map(col, what)).where(
        col(Delivery.campaign_id) == campaign_id, col(Delivery.customer_id).in_(customers)
    )
    found = await session.execute(query)
    return {row.customer_id: Known(row.delivered_at, row.channel, row.held_back) for row in found}


async def reached(
    session: AsyncSession, ids: Collection[str], since: datetime
) -> Mapping[tuple[str, str], list[datetime]]:
    """By customer and channel, when campaigns reached them after `since`; simulated ones reach nobody."""
    query = (
        select(col(Delivery.customer_id), col(Delivery.channel), col(Delivery.delivered_at))
        .join(Campaign, and_(col(Campaign.id) == col(Delivery.campaign_id), col(Campaign.simulated).is_(False)))
        .where(col(Delivery.customer_id).in_(ids), col(Delivery.delivered_at) > since)
        .where(col(Delivery.held_back).is_(False))
    )
    found: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for row in await session.execute(query):
        found[row.customer_id, row.channel].append(row.delivered_at)
    return found


async def deliveries(
    session: AsyncSession, campaign_id: str, limit: int, cursor: str | None
) -> tuple[list[DeliveryView], str | None]:
    """Whom the campaign reached and whom it holds back, in the order of their ids, with what each answered first."""
    query = select(Delivery).where(col(Delivery.campaign_id) == campaign_id)
    rows, following = await keyset(session, query, limit, cursor, col(Delivery.customer_id))
    told = {"campaign": campaign_id, "customers": [row.customer_id for row in rows]}
    firsts = {row.customer_id: row for row in await session.execute(_FIRST_ANSWERS, told)}
    return [_contact(row, firsts) for row in rows], following


def _contact(row: Delivery, firsts: Mapping[str, Any]) -> DeliveryView:
    first = firsts.get(row.customer_id)
    return DeliveryView(
        customer_id=row.customer_id,
        delivered_at=row.delivered_at,
        channel=row.channel,
        held_back=row.held_back,
        answered_at=first and first.responded_at,
        answer_kind=first and first.kind,
    )
