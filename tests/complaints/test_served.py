"""K08: the service's own copies of what stores did."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services.complaints.served import queries
from services.complaints.served.queries import Served
from shared.aliases import family
from shared.database import open_engine
from shared.events import Event
from shared.events.customers import CustomerErased, CustomerMerged, CustomerUnmerged
from shared.events.purchases import PurchaseCorrected, PurchaseLineDelivered
from shared.events.visits import BaggageDeposited, TouchpointRecorded
from tests.complaints.serving import heard, opened, sale, visit
from tests.support.client import Client
from tests.support.told import NOON, purchase, told

DAY = timedelta(days=1)
ALWAYS = (datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))


@pytest.fixture
async def session(complaints: Client) -> AsyncIterator[AsyncSession]:
    """A session on the service's database."""
    engine = open_engine(complaints.database_url)
    async with AsyncSession(engine) as session:
        yield session
    await engine.dispose()


async def test_K08_everything_counts_once_for_its_store(complaints: Client, session: AsyncSession) -> None:
    bag = told(BaggageDeposited(), "asha", "bag-1", store="330")
    call = told(TouchpointRecorded(channel="phone", kind="contact"), "asha", "call-1")
    batch = [sale("b-1"), sale("b-2", customer="asha"), sale("b-3", store="331"), visit("v-1"), bag, call]
    await heard(complaints, *batch)
    await heard(complaints, *batch, sale("b-1", NOON + DAY))
    assert await queries.counts(session, *ALWAYS) == {"330": Served(2, 1, 1), "331": Served(1, 0, 0)}
    assert await queries.counts(session, *ALWAYS, stores=["331", "332"]) == {"331": Served(1, 0, 0)}
    assert await queries.counts(session, NOON + DAY, NOON + 2 * DAY) == {}
    assert await queries.counts(session, NOON - DAY, NOON) == {}, "the end of a period is out of it"


async def test_K08_who_is_erased_counts_as_nobody(complaints: Client, session: AsyncSession) -> None:
    forget = told(CustomerErased(erasure_id="e-1"), "asha", "asha")
    await heard(complaints, sale("b-1", customer="asha"), visit("v-1", customer="asha"))
    await heard(complaints, forget)
    await heard(complaints, sale("b-2", customer="asha"), visit("v-2", customer="asha"))
    found = await queries.purchases(session, ["b-1", "b-2"])
    assert [row.customer_id for row in found.values()] == [None, None]
    visits = [await queries.visit(session, name) for name in ("v-1", "v-2")]
    assert [row and row.customer_id for row in visits] == [None, None]
    assert await queries.counts(session, *ALWAYS) == {"330": Served(2, 2, 0)}


async def test_K08_a_bill_of_somebody_else_counts_once(complaints: Client, session: AsyncSession) -> None:
    """Whichever comes first: the purchase, or that it was none."""
    for number, order in enumerate((1, -1)):
        subject = f"b-{number}"
        none = PurchaseCorrected(purchased_at=NOON, reason="customer", lines=())
        batch = [sale(subject, customer="asha"), told(none, "asha", subject, NOON + DAY, store="330")]
        for event in batch[::order]:
            await heard(complaints, event)
        assert await queries.purchase(session, subject) is None
    assert await queries.counts(session, *ALWAYS) == {}


async def test_K08_a_bill_first_told_by_its_correction_is_its_customer_s(
    complaints: Client, session: AsyncSession
) -> None:
    """Taken away from the wrong customer, and given back: they may complain of it."""
    lines = purchase("asha", "b-1").data.model_dump()["lines"]
    for day, told_lines in enumerate(((), lines), 1):
        corrected = PurchaseCorrected(purchased_at=NOON, reason="customer", lines=told_lines)
        await heard(complaints, *(told(corrected, key, f"{key}-1", NOON + day * DAY) for key in ("asha", "store:330")))
    await heard(complaints, sale("asha-1", customer="asha"), sale("store:330-1"))
    found = await queries.purchases(session, ["asha-1", "store:330-1"])
    assert {row.id: row.customer_id for row in found.values()} == {"asha-1": "asha", "store:330-1": None}
    await heard(complaints, told(CustomerErased(erasure_id="e-1"), "asha", "asha"))
    await heard(complaints, told(corrected, "asha", "asha-2", NOON + 3 * DAY))
    session.expire_all()
    found = await queries.purchases(session, ["asha-1", "asha-2"])
    assert [row.customer_id for row in found.values()] == [None, None]


async def test_K08_of_a_purchase_s_deliveries_each_line_counts(complaints: Client, session: AsyncSession) -> None:
    lines = [PurchaseLineDelivered(line=number, in_full=True) for number in (1, 2)]
    await heard(complaints, *(told(line, "asha", "b-1", store="330") for line in [*lines, lines[0]]))
    assert await queries.counts(session, *ALWAYS) == {"330": Served(0, 0, 2)}


async def test_C10_who_is_erased_has_no_aliases(complaints: Client, session: AsyncSession) -> None:
    merged = told(CustomerMerged(into="asha", at=NOON), "till-7", "till-7")
    await heard(complaints, merged, told(CustomerErased(erasure_id="e-1"), "asha", "asha"))
    await heard(complaints, merged)
    assert await family(session, "asha") == {"asha"}


async def test_C04_a_family_is_everybody_merged(complaints: Client, session: AsyncSession) -> None:
    def merge(name: str, into: str, at: datetime = NOON) -> Event:
        return told(CustomerMerged(into=into, at=at), name, name, at)

    await heard(complaints, merge("b", "a"), merge("c", "b"), merge("d", "a"))
    for name in "abcd":
        assert await family(session, name) == set("abcd")
    assert await family(session, "e") == {"e"}
    await heard(complaints, told(CustomerUnmerged(at=NOON + DAY), "b", "b", NOON + DAY))
    await heard(complaints, merge("b", "a"))  # late news of what is over
    assert await family(session, "a") == {"a", "d"}
    assert await family(session, "c") == {"b", "c"}


async def test_K05_the_last_store_is_where_the_family_bought_last(complaints: Client, session: AsyncSession) -> None:
    assert await queries.last_store(session, "asha") is None
    merged = told(CustomerMerged(into="asha", at=NOON), "till-7", "till-7")
    later = sale("b-2", NOON + DAY, "till-7", "331")
    await heard(complaints, merged, later, sale("b-1", customer="asha"), sale("b-3", NOON + 2 * DAY, "other", "332"))
    assert await queries.last_store(session, "asha") == "331"


async def test_K02_a_store_has_its_zone(complaints: Client, session: AsyncSession) -> None:
    await heard(complaints, opened("330", "Asia/Kolkata"), opened("331", "Mars/Olympus"))
    await heard(complaints, opened("330", "Europe/Berlin", NOON - DAY))
    assert [await queries.zone(session, store) for store in ("330", "331", "332")] == ["Asia/Kolkata", "UTC", "UTC"]
