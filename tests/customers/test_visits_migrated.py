"""C07: visits that a process from before takes down, which knows no end of the day, end after 24 hours."""

from datetime import datetime, timedelta

from sqlalchemy import text

from tests.customers.visits import begin, opened, watched
from tests.support.client import Client

A_DAY = timedelta(hours=24)
_ADD = text("""
    insert into visits (id, customer_id, channel, started_at, simulated, content, created_at, version)
    values (:id, 'asha', 'store', now() - :hours * interval '1 hour', false, '', now(), 1)
""")


async def test_C07_a_visit_of_a_process_from_before_ends_after_24_hours(customers: Client) -> None:
    await begin(customers, note=None)
    async with opened(customers) as session:
        await session.execute(_ADD, [{"id": "new", "hours": 23}, {"id": "old", "hours": 25}])
    async with watched(customers) as watch:
        assert (await watch.look(), await watch.look()) == (2, 0)
    assert [event.subject for event in await customers.outbox()] == ["v1", "v1", "old"]
    old, new = [(await customers.get(f"/v1/visits/{visit}")).json() for visit in ("old", "new")]
    assert (old["ended_at"], new["ended_at"]) == (old["closes_at"], None)
    for visit in (old, new):
        assert datetime.fromisoformat(visit["closes_at"]) - datetime.fromisoformat(visit["started_at"]) == A_DAY
