"""The clock of a service, looking at a moment of the test's choice."""

from datetime import datetime

from sqlalchemy.ext.asyncio import async_sessionmaker

from shared.database import open_engine
from shared.duties import ACTOR, Duty
from shared.outbox import Transaction
from tests.support.client import Client


async def look_with(duty: Duty, client: Client, source: str, now: datetime) -> int:
    """Do what is due at that moment until nothing is left; how much it was. `source`: of the events, `/crm/loyalty`."""
    engine, done = open_engine(client.database_url), 0
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    try:
        while True:
            async with sessions.begin() as session:
                found = await duty(Transaction(session, source, now, ACTOR))
            if not found:
                return done
            done += found
    finally:
        await engine.dispose()
