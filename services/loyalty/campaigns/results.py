"""What came of a campaign, counted person by person, under whichever ids they are known."""

from collections.abc import Mapping
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.loyalty.campaigns.domain import Group, begins, lift, share, valid_until
from services.loyalty.campaigns.models import LiftView, ResultsView, ShareView
from services.loyalty.campaigns.queries import THEIRS
from services.loyalty.campaigns.tables import Campaign

_PEOPLE = """
    with recursive above as (
        select id, merged_into as root from aliases where merged_into is not null
        union
        select above.id, aliases.merged_into from above join aliases on aliases.id = above.root
        where aliases.merged_into is not null
    ), roots as (
        select id, root from above
        where not exists (select from aliases where aliases.id = root and merged_into is not null)
    ), people as (
        select coalesce(root, customer_id) as person, bool_and(held_back) as held_back
        from deliveries left join roots on id = customer_id where campaign_id = :campaign group by person
    )
"""
_REACHED = text(f"{_PEOPLE} select count(*) from people where not held_back")  # noqa: S608 -- put together from constants alone
_ANSWERS = text(f"""
    {_PEOPLE}, firsts as (
        select distinct on (person) coalesce(root, customer_id) as person, kind
        from responses left join roots on id = customer_id where campaign_id = :campaign and {THEIRS}
        order by person, responded_at, kind
    )
    select kind, count(*) as people from firsts group by kind order by kind
""")  # noqa: S608
_GROUPS = text(f"""
    {_PEOPLE}, buyers as (
        select distinct coalesce(root, customer_id) as person from purchases left join roots on roots.id = customer_id
        where not simulated and corrected_to is null and occurred_at >= :begins and occurred_at < :until
    )
    select held_back, count(*) as people, count(buyers.person) as buyers
    from people left join buyers using (person) group by held_back
""")  # noqa: S608
_REDEEMED = text(f"select count(distinct purchase_id) from responses where campaign_id = :campaign and {THEIRS}")  # noqa: S608
_AMOUNTS = text("""
    select currency, sum(
        coalesce((select sum(paid_amount) from purchase_lines where purchase_id = purchases.id), 0) - coalesce((
            select sum(paid_amount) from return_lines join returns on returns.id = return_id
            where returns.purchase_id = purchases.id
        ), 0)
    ) as amount
    from purchases where corrected_to is null
    and id in (select purchase_id from responses where campaign_id = :campaign)
    group by currency order by currency
""")


async def results(session: AsyncSession, campaign: Campaign) -> ResultsView:
    """Delivered, answered, redeemed, and the lift over the control group where there is one."""
    told = {"campaign": campaign.id}
    reached = await session.scalar(_REACHED, told) or 0
    kinds = {row.kind: row.people for row in await session.execute(_ANSWERS, told)}
    amounts: dict[str, Decimal] = {row.currency: row.amount for row in await session.execute(_AMOUNTS, told)}
    groups = await _groups(session, campaign)
    return ResultsView(
        campaign_id=campaign.id,
        delivered=reached,
        answered=_share(Group(reached, sum(kinds.values()))),
        by_kind=kinds,
        redeemed_purchases=await session.scalar(_REDEEMED, told) or 0,
        redeemed_amount=amounts,
        **_compared(groups),
    )


async def _groups(session: AsyncSession, campaign: Campaign) -> Mapping[bool, Group]:
    """Who was held back, and who was not, with the buyers among them."""
    bounds = {"begins": begins(campaign.starts_on), "until": valid_until(campaign.ends_on)}
    rows = await session.execute(_GROUPS, {"campaign": campaign.id, **bounds})
    return {row.held_back: Group(row.people, row.buyers) for row in rows}


def _compared(groups: Mapping[bool, Group]) -> dict[str, ShareView | LiftView | None]:
    """Without anybody held back there is nothing to compare with; without anybody reached there is no lift."""
    control, treated = groups.get(True), groups.get(False, Group(0, 0))
    if control is None:
        return {"treated": None, "control": None, "lift": None}
    found = lift(treated, control) if treated.people else None
    return {
        "treated": _share(treated),
        "control": _share(control),
        "lift": found and LiftView(difference=found.value, interval=found.interval),
    }


def _share(group: Group) -> ShareView:
    found = share(group)
    rate, interval = found or (None, None)
    return ShareView(n=group.people, count=group.did, rate=rate, interval=interval)
