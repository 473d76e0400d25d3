"""C08 and C10: what is written down of owners and claimants, and when it is taken away."""

from datetime import timedelta

from pydantic import SecretStr

from services.customers.baggage.blanking import blank_gone
from services.customers.baggage.domain import CLAIM_KEPT
from shared import clock
from shared.erased import Erased
from tests.customers.baggage import (
    CANARY,
    CLAIM,
    LEFT,
    LIST,
    all_of,
    deposit,
    dump,
    said,
    shown,
    step,
    walk,
    watched,
)
from tests.customers.visits import opened
from tests.support.client import ERASURE_KEY, Client

WORDS = (CANARY, *CLAIM.values())


async def erase(customers: Client) -> None:
    """Asha demands to be forgotten."""
    erased = await customers.call("DELETE", "/v1/customers/asha/personal-data")
    assert erased.status_code == 202, erased.text


async def returned(customers: Client, bag: str, ago: timedelta) -> None:
    """A bag of nobody we know that was returned to a claimant so long ago."""
    now = (clock.now() - ago).isoformat()
    await deposit(customers, id=bag, customer_id=None, occurred_at=now)
    await walk(customers, "report-lost", "authenticate", "return", key=bag, occurred_at=now)


async def test_C08_words_are_taken_away_when_the_bag_is_long_gone(customers: Client) -> None:
    await returned(customers, "b1", CLAIM_KEPT + timedelta(minutes=1))
    async with watched(customers, blank_gone) as watch:
        assert (await watch.look(), await watch.look()) == (1, 0)
    kept = await dump(customers, "idempotency_keys")
    assert not [word for word in WORDS if word in kept]
    bag = await shown(customers)
    assert (bag["state"], bag["version"], bag["claim"]) == ("returned", 5, "authenticated")
    steps = await said(customers)
    assert [each["what"] for each in steps] == ["blank", "return", "authenticate", "report-lost", "deposit"]
    assert (steps[2]["after"]["authenticated_by"], steps[3]["after"]) == ("emp-7", {"claim": "reported"})
    assert (steps[4]["before"], steps[4]["after"]) == (None, {"state": "deposited", "perishable": False})


async def test_C08_words_stay_for_thirty_days_and_while_the_bag_is_here(customers: Client) -> None:
    await returned(customers, "fresh", CLAIM_KEPT - timedelta(minutes=1))
    await deposit(customers, customer_id=None)
    await walk(customers, "report-lost", occurred_at="2025-01-06T10:00:00Z")
    before = await all_of(customers), await all_of(customers, "fresh")
    async with watched(customers, blank_gone) as watch:
        assert await watch.look() == 0
    assert (await all_of(customers), await all_of(customers, "fresh")) == before


async def test_C10_who_was_erased_claims_no_bag(customers: Client) -> None:
    await deposit(customers, customer_id=None)
    async with opened(customers) as session:
        await Erased(SecretStr(ERASURE_KEY)).remember(session, ["ben"], LEFT)
    before = await all_of(customers)
    assert (await step(customers, "b1", "report-lost", customer_id="ben")).status_code == 410
    assert await all_of(customers) == before


async def test_C10_a_bag_on_the_shelf_outlasts_an_erasure_as_nobody_s(customers: Client) -> None:
    token, other = await deposit(customers), await deposit(customers, id="b2")
    await walk(customers, "report-lost", "authenticate", "close-of-day", "inspect", "tag")
    await erase(customers)
    kept = await dump(customers)
    assert not [word for word in WORDS if word in kept or word.encode().hex() in kept]
    bag = await shown(customers, token)
    assert (bag["id"], bag["customer_id"], bag["state"], bag["tag"]) == ("b1", None, "tagged", "T-17")
    assert (bag["claim"], bag["authenticated_by"], await said(customers)) == ("reported", None, [])
    assert (await step(customers, other, "return")).json()["state"] == "returned"
    assert (await customers.outbox())[-1].partitionkey == "store:330"


async def test_C10_an_erasure_leaves_nothing_of_a_bag(customers: Client) -> None:
    token = await deposit(customers)
    await walk(customers, "report-lost", "close-of-day", "inspect", "tag", "authenticate", "return")
    canaries = [word.encode().hex() for word in (token, CANARY, *CLAIM.values())]
    before = await dump(customers)
    assert [word for word in canaries if word in before] == canaries, "the answers under an Idempotency-Key"
    await erase(customers)
    after = await dump(customers)
    assert not [word for word in (*canaries, token, CANARY, *CLAIM.values()) if word in after]
    assert (await customers.get(f"{LIST}/b1")).status_code == 404
