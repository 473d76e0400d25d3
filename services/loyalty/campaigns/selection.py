"""Whom a campaign may be sent to, of the members of its segment; nothing is written."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.loyalty.campaigns.domain import held_back
from services.loyalty.campaigns.judging import withheld
from services.loyalty.campaigns.models import DeliveryTold, Selected, Verdict
from services.loyalty.campaigns.queries import known
from services.loyalty.campaigns.tables import Campaign
from services.loyalty.contacts.queries import members
from shared.web.cursors import Pager, decode, encode
from shared.web.problems import WRONG_STATE, Problem


async def select(
    session: AsyncSession, campaign: Campaign, channel: str, at: datetime, paging: Pager
) -> tuple[list[Selected], str | None]:
    """A page of members who were not reached yet, in the order of their ids, and the next cursor.

    Raises a 409 problem for a campaign without a segment, or withdrawn by then.
    """
    if campaign.segment_id is None:
        raise Problem(WRONG_STATE, "the campaign is for no segment")
    if campaign.withdrawn_at is not None and campaign.withdrawn_at <= at:
        raise Problem(WRONG_STATE, "the campaign was withdrawn by then")
    after = "" if paging.cursor is None else decode(paging.cursor, 1)[0]
    found = await members(session, campaign.segment_id, at, paging.limit + 1, after)
    page = found[: paging.limit]
    following = encode(page[-1]) if len(found) > paging.limit else None
    return await _judged(session, campaign, channel, at, page), following


async def _judged(
    session: AsyncSession, campaign: Campaign, channel: str, at: datetime, customers: list[str]
) -> list[Selected]:
    stored = await known(session, campaign.id, customers)
    control = {name for name in customers if held_back(campaign.id, name, campaign.control_share)}
    waiting = [name for name in customers if name not in stored or stored[name].held_back]
    told = [DeliveryTold.model_construct(customer_id=name, delivered_at=at, channel=channel) for name in waiting]
    verdicts: dict[str, Verdict] = {name: "control" if name in control else "deliver" for name in waiting}
    verdicts |= await withheld(session, campaign, told)
    return [Selected(customer_id=name, verdict=verdict) for name, verdict in verdicts.items()]
