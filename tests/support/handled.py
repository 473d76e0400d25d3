"""What a service's worker makes of events, without a broker."""

from datetime import UTC, datetime

from aiokafka import ConsumerRecord

from shared.database import open_engine
from shared.events import Event
from shared.handling import handling
from shared.received import Received
from shared.worker import Work
from tests.support.client import Client

_RECORD = ConsumerRecord("t", 0, 0, 0, 0, None, None, None, 0, 0, ())


async def handled(client: Client, work: Work, *events: Event) -> None:
    """The worker of `client`'s service takes these in, as one batch."""
    batch = [Received(event, datetime(2026, 1, 1, tzinfo=UTC), _RECORD) for event in events]
    engine = open_engine(client.database_url)
    try:
        async with engine.begin() as connection:
            await handling(f"/crm/{work.service}", work.handlers)(connection, batch)
    finally:
        await engine.dispose()
