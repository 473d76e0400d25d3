"""Merges (C04): a dated alias. Facts stay where they are; who reads a customer reads the whole family."""

import json
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.scoring.facts.families import Alias, Families
from shared.events import Event
from shared.events.customers import CustomerMerged, CustomerUnmerged
from tests.scoring.conftest import Scoring
from tests.support.told import NOON, purchase, told

DAY = timedelta(days=1)
NOW = NOON + 10 * DAY


def merged(customer: str, into: str, at: datetime) -> Event:
    """`customer` is the same one as `into` from `at` on."""
    return told(CustomerMerged(into=into, at=at), customer, customer, at)


def unmerged(customer: str, at: datetime) -> Event:
    """`customer` is one of their own again from `at` on."""
    return told(CustomerUnmerged(at=at), customer, customer, at)


def z(time: datetime) -> str:
    """As a query parameter."""
    return time.isoformat().replace("+00:00", "Z")


async def settle(scoring: Scoring, now: datetime = NOW) -> None:
    """Evaluate until nobody waits."""
    while await scoring.evaluator.evaluate_some(now):
        continue


async def cards(scoring: Scoring) -> list[str]:
    """Whose cards are stored."""
    return [row["customer_id"] for row in await scoring.fetch("select customer_id from cards order by 1")]


async def phase(scoring: Scoring, customer: str, at: datetime) -> tuple[str, str]:
    """Whose card is answered as of a date, and its phase."""
    card = await scoring.card(customer, z(at))
    return card["customer_id"], card["phase"]


async def test_C04_a_merged_customer_answers_with_the_whole_familys_card(scoring: Scoring) -> None:
    await scoring.know(purchase("ann", "p1", NOON), purchase("ben", "p2", NOON + DAY))
    await settle(scoring)
    await scoring.know(merged("ben", "ann", NOON + 3 * DAY))
    await settle(scoring)
    assert await cards(scoring) == ["ann"]
    later = NOON + 4 * DAY
    assert await phase(scoring, "ann", later) == await phase(scoring, "ben", later) == ("ann", "retention")
    timeline = (await scoring.client.get("/v1/customers/ben/timeline")).json()["items"]
    assert {item["subject"] for item in timeline} == {"p1", "p2", "ben"}


async def test_C04_the_past_stays_as_it_was(scoring: Scoring) -> None:
    await scoring.know(purchase("ann", "p1", NOON), purchase("ben", "p2", NOON + DAY))
    await scoring.know(merged("ben", "ann", NOON + 3 * DAY))
    before = NOON + 2 * DAY
    assert await phase(scoring, "ann", before) == ("ann", "acquisition")
    assert await phase(scoring, "ben", before) == ("ben", "acquisition")
    lines = (await scoring.client.get(f"/v1/scorecards?as_of={z(before)}")).text.splitlines()
    assert [json.loads(line)["customer_id"] for line in lines] == ["ann", "ben"]
    lines = (await scoring.client.get(f"/v1/scorecards?as_of={z(NOON + 4 * DAY)}")).text.splitlines()
    assert [json.loads(line)["customer_id"] for line in lines] == ["ann"]


async def test_C04_an_unmerge_gives_both_their_own_cards_back(scoring: Scoring) -> None:
    await scoring.know(purchase("ann", "p1", NOON), purchase("ben", "p2", NOON + DAY))
    await scoring.know(merged("ben", "ann", NOON + 2 * DAY))
    await settle(scoring)
    await scoring.know(unmerged("ben", NOON + 4 * DAY))
    await settle(scoring)
    assert await cards(scoring) == ["ann", "ben"]
    assert await phase(scoring, "ann", NOON + 3 * DAY) == ("ann", "retention")
    assert await phase(scoring, "ann", NOON + 5 * DAY) == ("ann", "acquisition")
    assert await phase(scoring, "ben", NOON + 5 * DAY) == ("ben", "acquisition")


async def test_C04_events_still_in_flight_under_the_old_id_count(scoring: Scoring) -> None:
    await scoring.know(purchase("ann", "p1", NOON), merged("ben", "ann", NOON))
    await settle(scoring)
    await scoring.know(purchase("ben", "p2", NOON + DAY))
    await settle(scoring)
    assert (await phase(scoring, "ann", NOON + 2 * DAY))[1] == "retention"
    [row] = await scoring.fetch("select facts from cards where customer_id = 'ann'")
    assert row["facts"] == 3


async def test_C04_the_roots_readers_see_at_once_what_an_alias_does(scoring: Scoring) -> None:
    """A read without a date answers the stored card only while nobody of the family is marked."""
    await scoring.know(purchase("ann", "p1", NOON))
    await scoring.evaluator.evaluate_some()
    assert (await scoring.card("ann"))["phase"] == "acquisition"
    await scoring.know(purchase("ben", "p2", NOON + DAY), merged("ben", "ann", NOON + DAY))
    assert (await scoring.card("ann"))["phase"] == "retention"
    await scoring.evaluator.evaluate_some()
    await scoring.know(*(purchase("ben", f"q{n}", NOON + n * 2 * DAY, paid="9.00") for n in range(1, 4)))
    assert (await scoring.card("ann"))["cs"]["customer"]["n"] == 5


async def test_C04_one_event_under_two_ids_counts_once(scoring: Scoring) -> None:
    once = purchase("ann", "p1", NOON)
    await scoring.know(once, once.model_copy(update={"partitionkey": "ben"}), merged("ben", "ann", NOON + DAY))
    card = await scoring.card("ann", z(NOON + 2 * DAY))
    assert card["phase"] == "acquisition"
    assert card["cs"]["customer"]["n"] == 1


async def test_C04_a_merge_of_tomorrow_brings_itself_about(scoring: Scoring) -> None:
    tomorrow = NOW + DAY
    payload = CustomerMerged(into="ann", at=tomorrow)
    await scoring.know(purchase("ann", "p1", NOON), purchase("ben", "p2", NOON + DAY))
    await scoring.know(told(payload, "ben", "ben", NOW - DAY))
    await settle(scoring)
    assert await cards(scoring) == ["ann", "ben"]
    reviews = await scoring.fetch("select distinct next_review_at from cards")
    assert [row["next_review_at"] for row in reviews] == [tomorrow + timedelta(microseconds=1)]
    await settle(scoring, tomorrow + timedelta(seconds=1))
    assert await cards(scoring) == ["ann"]


async def test_C04_a_chain_has_one_root_and_a_circle_too(scoring: Scoring) -> None:
    await scoring.know(*(purchase(name, f"p-{name}", NOON) for name in ("ann", "ben", "cid")))
    await scoring.know(merged("cid", "ben", NOON + DAY), merged("ben", "ann", NOON + 2 * DAY))
    await settle(scoring)
    assert await cards(scoring) == ["ann"]
    await scoring.know(merged("ann", "cid", NOON + 3 * DAY))
    await settle(scoring)
    assert await cards(scoring) == ["ann"]


NAMES = st.sampled_from("abcde")
ALIASES = st.lists(
    st.builds(
        lambda day, name, into, number: Alias(NOON + day * DAY, "/crm/test", str(number), name, into),
        st.integers(0, 5),
        NAMES,
        st.none() | NAMES,
        st.integers(0, 999),
    ),
    max_size=12,
    unique_by=lambda alias: alias.id,
)


@given(ALIASES, st.randoms(), st.integers(0, 7))
def test_C04_families_do_not_depend_on_the_order_of_arrival(aliases: list[Alias], random: object, day: int) -> None:
    shuffled = list(aliases)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    told_in_order, other = Families(aliases, NOON + day * DAY), Families(shuffled, NOON + day * DAY)
    assert {name: told_in_order.root(name) for name in "abcde"} == {name: other.root(name) for name in "abcde"}
    for name in "abcde":
        root = told_in_order.root(name)
        assert told_in_order.root(root) == root
        assert name in told_in_order.members(root)
