"""C10: who writes of two customers waits for an erasure before a row is locked, so that neither waits in a circle."""

import asyncio

import asyncpg
import pytest

from tests.support.client import Client

RELATIONSHIP = {"customer_id": "asha", "party_id": "nobody", "party_kind": "customer", "role": "household"}
WRITING = {
    "a relationship": ("POST", "/v1/relationships", RELATIONSHIP),
    "a verdict": ("PUT", "/v1/customers/asha/duplicates/nobody", {"same": False}),
}
_WAITING = "select count(*) from pg_locks where locktype = 'advisory' and not granted and database = \
    (select oid from pg_database where datname = current_database())"


@pytest.mark.parametrize("what", WRITING)
async def test_C10_no_row_is_held_while_an_erasure_is_waited_for(customers: Client, what: str) -> None:
    """Asha is known, and the other one is not: whether they were erased has to be asked."""
    await customers.put("/v1/customers/asha", {"kind": "individual"})
    erasing = await asyncpg.connect(customers.database_url)
    transaction = erasing.transaction()
    await transaction.start()
    await erasing.execute("select pg_advisory_xact_lock(hashtext('erasures'))")
    writing = asyncio.create_task(customers.call(*WRITING[what]))
    while not await erasing.fetchval(_WAITING):
        await asyncio.sleep(0.02)
    await erasing.execute("select from customers where id = 'asha' for update nowait")
    await transaction.rollback()
    await erasing.close()
    assert (await writing).status_code == 404
