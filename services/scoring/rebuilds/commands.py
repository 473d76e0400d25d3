"""What can be done with generations: ask for a rebuild, ask for one to be dropped."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col

from services.scoring.base import Generation
from shared.outbox import Transaction
from shared.web.problems import NOT_FOUND, WRONG_STATE, Problem
from shared.web.work import Existing

UNDER_WAY = ("requested", "filling", "evaluating")


async def rebuild(tx: Transaction) -> Existing[Generation]:
    """Ask for a new generation; one that is under way is answered instead."""
    # Two who ask at once: the second waits here, and finds the first one's.
    await tx.session.execute(select(func.pg_advisory_xact_lock(func.hashtext("ask for a rebuild"))))
    under_way = select(Generation).where(col(Generation.state).in_(UNDER_WAY))
    if found := (await tx.session.execute(under_way)).scalar_one_or_none():
        return Existing(found, existed=True)
    last = (await tx.session.execute(select(func.max(col(Generation.number))))).scalar_one()
    made = Generation(number=last + 1, state="requested", created_at=tx.recorded)
    tx.session.add(made)
    return Existing(made, existed=False)


async def drop(tx: Transaction, number: int) -> Generation:
    """Ask for a generation to be thrown away; a rebuild under way is given up. Raises 409 for the live one."""
    found = await tx.session.get(Generation, number, with_for_update=True)
    if found is None:
        raise Problem(NOT_FOUND, f"no generation {number}")
    if found.state == "live":
        raise Problem(WRONG_STATE, "it is live: rebuild, and drop it when another is")
    if found.state != "dropped":
        found.state = "dropping"
    return found


async def state(engine: AsyncEngine, number: int) -> str:
    """How far a generation is."""
    async with engine.connect() as connection:
        found: str = (await connection.execute(select(col(Generation.state)).filter_by(number=number))).scalar_one()
    return found


async def asked(engine: AsyncEngine) -> bool:
    """Whether a rebuild or a drop waits to be done, or is being done."""
    waiting = select(Generation).where(col(Generation.state).in_((*UNDER_WAY, "dropping"))).exists()
    async with engine.connect() as connection:
        return bool((await connection.execute(select(waiting))).scalar_one())
