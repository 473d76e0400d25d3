"""C02: relationships between customers and those who have to do with them."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.customers.relationships.domain import (
    INSTANT,
    OF_CUSTOMERS,
    OF_DECISIONS,
    RefusedError,
    Role,
    SideKind,
    check_customer,
    check_partner,
    check_successor,
    check_told,
    moment,
    published,
)
from shared.events.customers import RelationshipChanged, RelationshipEnded, RelationshipStarted
from shared.events.customers import Role as PublishedRole
from tests.customers.test_history import history
from tests.customers.test_parties import rule
from tests.support.client import Client

PATH = "/v1/relationships"
ROLES: tuple[Role, ...] = get_args(Role)
SIDES: tuple[SideKind, ...] = get_args(SideKind)
START, STARTED = "2017-01-01T00:00:00Z", datetime(2017, 1, 1, tzinfo=UTC)
LATER, LAST = "2017-03-01T00:00:00Z", "2017-06-01T00:00:00Z"
WHOLE: dict[str, Any] = {
    "id": "r1",
    "customer_id": "asha",
    "party_id": "acme",
    "party_kind": "partner",
    "role": "decision_maker",
    "decision": "fleet-2017",
    "primary": False,
    "health": 0.8,
    "occurred_at": START,
    "simulated": True,
}
PLAIN = {"customer_id": "asha", "party_id": "acme", "role": "supplier", "health": 0.5, "occurred_at": START}
CONTACT = {"customer_id": "mill", "party_id": "acme", "role": "contact", "occurred_at": START}


@pytest.fixture
async def asha(customers: Client) -> Client:
    """The customers asha and ben, the organization mill, the supplier acme, the employee emp-7."""
    for name, kind in (("asha", "individual"), ("ben", "individual"), ("mill", "organization")):
        await customers.put(f"/v1/customers/{name}", {"kind": kind})
    for name, kind in (("acme", "supplier"), ("emp-7", "employee")):
        await customers.post("/v1/partners", {"id": name, "kind": kind})
    return customers


async def begun(client: Client, told: dict[str, Any] = PLAIN, **changes: Any) -> str:
    """A relationship that was not there before; its id."""
    answer = await client.post(PATH, told | changes)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def told_of(client: Client) -> list[Any]:
    """The events of relationships, in order."""
    return [event for event in await client.outbox() if event.type.startswith("crm.relationship.")]


async def listed(client: Client, query: str) -> list[str]:
    """The ids of the relationships that a list shows."""
    return [each["id"] for each in (await client.get(f"{PATH}?{query}")).json()["items"]]


@pytest.mark.parametrize(("role", "side"), [*product(ROLES, SIDES)])
def test_C02_who_may_have_which_role(role: Role, side: SideKind) -> None:
    decision = "fleet" if role == "decision_maker" else None
    if side == "customer" and role not in {"household", "introducer", "influencer", "decision_maker", "contact"}:
        with pytest.raises(RefusedError, match=f"another customer can't be {role}"):
            check_told(role, side, decision, primary=False, own=False)
    else:
        check_told(role, side, decision, primary=False, own=False)


def test_C02_roles_of_a_decision_name_it_and_contacts_alone_are_primary() -> None:
    with pytest.raises(RefusedError, match="tell which decision"):
        check_told("decision_maker", "partner", None, primary=False, own=False)
    with pytest.raises(RefusedError, match="nobody has a relationship with themselves"):
        check_told("household", "customer", None, primary=False, own=True)
    for role in ROLES:
        if role not in OF_DECISIONS:
            with pytest.raises(RefusedError, match="only influencers and decision makers"):
                check_told(role, "partner", "fleet", primary=False, own=False)
        if role != "contact":
            with pytest.raises(RefusedError, match="only a contact can be the primary one"):
                check_told(role, "partner", "fleet" if role in OF_DECISIONS else None, primary=True, own=False)
    check_told("contact", "partner", None, primary=True, own=False)
    check_told("influencer", "customer", "fleet", primary=False, own=False)
    assert set(ROLES) > OF_CUSTOMERS


def test_C02_whom_customers_and_partners_fit() -> None:
    check_customer("contact", "organization")
    check_customer("household", "individual")
    with pytest.raises(RefusedError, match="only an organization has contacts"):
        check_customer("contact", "individual")
    check_partner("account_manager", "employee", None)
    check_partner("supplier", "vendor", None)
    with pytest.raises(RefusedError, match="an account manager is an employee of ours, this is a vendor"):
        check_partner("account_manager", "vendor", None)
    with pytest.raises(RefusedError, match="who left gets no new relationship"):
        check_partner("supplier", "vendor", STARTED)


def test_C02_an_open_relationship_of_the_same_customer_takes_a_place() -> None:
    check_successor(("asha", "r1"), ("asha", "r2"), None)
    for other, ended_at, words in (
        (("asha", "r1"), None, "no relationship takes its own place"),
        (("ben", "r2"), None, "r2 is a relationship of another customer"),
        (("asha", "r2"), STARTED, "what is over takes no place"),
    ):
        with pytest.raises(RefusedError, match=words):
            check_successor(("asha", "r1"), other, ended_at)


@given(st.lists(st.none() | st.timedeltas(timedelta(-2), timedelta(2)), max_size=8))
def test_C02_things_happen_to_a_relationship_one_after_the_other(spans: list[timedelta | None]) -> None:
    """Whatever is told, what is taken comes strictly after the last."""
    last = STARTED
    for span in spans:
        told = None if span is None else STARTED + span
        if told is not None and told <= last:
            with pytest.raises(RefusedError, match="the next thing comes after that"):
                moment(last, None, told, now=STARTED)
        else:
            last, before = moment(last, None, told, now=STARTED), last
            assert last == (told or before + INSTANT)
            assert last > before
    with pytest.raises(RefusedError, match="what is over stays as it was"):
        moment(last, last, None, now=STARTED)


def test_C02_roles_are_told_in_the_words_of_the_contract() -> None:
    assert {published(role) for role in ROLES} == set(get_args(PublishedRole))
    changed = {role: published(role) for role in ROLES if published(role) != role}
    assert changed == {"decision_maker": "influencer", "contact": "intermediary"}


async def test_C02_every_field_of_a_relationship_comes_back(asha: Client) -> None:
    created = await asha.post(PATH, WHOLE)
    assert (created.status_code, created.headers["Location"]) == (201, f"{PATH}/r1"), created.text
    read = await asha.get(f"{PATH}/r1")
    assert {name: read.json()[name] for name in WHOLE} == WHOLE
    assert set(read.json()) - set(WHOLE) == {"changed_at", "ended_at", "replaced_by", "created_at", "version"}
    assert (read.headers["ETag"], read.json()) == ('"1"', created.json())
    assert (await asha.get(PATH)).json()["items"] == [read.json()]
    for path in (f"{PATH}/none", f"{PATH}/none/history"):
        assert (await asha.get(path)).status_code == 404


async def test_C02_its_events_tell_who_and_how_well(asha: Client) -> None:
    await begun(asha, WHOLE)
    better = {"health": 0.9, "occurred_at": LATER}
    changed = await asha.call("PATCH", f"{PATH}/r1", better, match='"1"')
    assert (changed.status_code, changed.headers["ETag"], changed.json()["changed_at"]) == (200, '"2"', LATER)
    ended = await asha.post(f"{PATH}/r1/end", {"occurred_at": LAST}, match='"2"')
    assert (ended.status_code, ended.json()["ended_at"], ended.json()["version"]) == (200, LAST, 3)
    events = await told_of(asha)
    assert [event.data for event in events] == [
        RelationshipStarted(role="influencer", party_id="acme", health=0.8),
        RelationshipChanged(role="influencer", party_id="acme", health=0.9),
        RelationshipEnded(),
    ]
    assert {(event.subject, event.partitionkey) for event in events} == {("r1", "asha")}
    assert [event.time for event in events] == [datetime.fromisoformat(each) for each in (START, LATER, LAST)]


async def test_C02_its_history_tells_what_was_before_and_after(asha: Client) -> None:
    await begun(asha, WHOLE)
    await asha.call("PATCH", f"{PATH}/r1", {"health": 0.9, "occurred_at": LATER}, match='"1"')
    await asha.post(f"{PATH}/r1/end", {"occurred_at": LAST}, match='"2"')
    ended, changed, started = await history(asha, f"{PATH}/r1")
    assert (changed["before"], changed["after"], changed["at"]) == ({"health": 0.8}, {"health": 0.9}, LATER)
    assert (ended["before"], ended["after"], ended["at"]) == ({"ended_at": None}, {"ended_at": LAST}, LAST)
    assert started["after"] == {name: value for name, value in WHOLE.items() if name not in {"id", "decision"}} | {
        "decision": "fleet-2017"
    }
    assert [each["what"] for each in (ended, changed, started)] == ["end", "change", "start"]


async def test_C02_without_a_moment_it_is_now_and_in_order(asha: Client) -> None:
    ahead = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    await begun(asha, PLAIN | {"id": "r1", "occurred_at": ahead})
    await asha.call("PATCH", f"{PATH}/r1", {"health": 0.9}, match='"1"')
    await asha.post(f"{PATH}/r1/end", {}, match='"2"')
    times = [event.time for event in await told_of(asha)]
    assert times[0] < times[1] < times[2]


async def test_C02_the_same_relationship_told_twice_is_one(asha: Client) -> None:
    answers = await asyncio.gather(*(asha.post(PATH, WHOLE) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]
    other = await asha.post(PATH, WHOLE | {"health": 0.7})
    assert (other.status_code, other.json()["type"]) == (409, "urn:elevenfold:problem:conflict")
    assert len(await told_of(asha)) == len(await history(asha, f"{PATH}/r1")) == 1


async def test_C02_the_same_role_of_the_same_two_is_open_once(asha: Client) -> None:
    one = await begun(asha)
    assert f"{one} is open" in rule(await asha.post(PATH, PLAIN))
    await begun(asha, role="intermediary")
    await begun(asha, customer_id="ben")
    for decision in ("fleet", "paint"):
        await begun(asha, role="influencer", decision=decision)
    assert "is open" in rule(await asha.post(PATH, PLAIN | {"role": "influencer", "decision": "paint"}))
    await asha.post(f"{PATH}/{one}/end", {"occurred_at": LATER}, match='"1"')
    await begun(asha, occurred_at=LAST)


async def test_C02_begun_twice_at_once_it_begins_once(asha: Client) -> None:
    answers = await asyncio.gather(*(asha.post(PATH, PLAIN) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
    assert len(await told_of(asha)) == 1


async def test_C02_a_customer_may_be_the_other_side(asha: Client) -> None:
    met = PLAIN | {"party_kind": "customer", "party_id": "ben", "role": "introducer", "health": None}
    one = await begun(asha, met)
    assert (await told_of(asha))[-1].data == RelationshipStarted(role="introducer", party_id=one)
    assert await listed(asha, "party_id=ben") == [one]
    for party in ("nobody", "acme"):
        assert (await asha.post(PATH, met | {"party_id": party})).status_code == 404
    assert (await asha.post(PATH, PLAIN | {"party_id": "ben"})).status_code == 404, "ben is no partner"


async def test_C02_two_customers_who_name_each_other_at_once_both_do(asha: Client) -> None:
    met = {"party_kind": "customer", "role": "household", "occurred_at": START}
    pairs = [("asha", "ben"), ("ben", "asha")] * 4
    told = [asha.post(PATH, met | {"customer_id": one, "party_id": other}) for one, other in pairs]
    assert sorted(answer.status_code for answer in await asyncio.gather(*told)) == [201] * 2 + [409] * 6


REFUSED: dict[str, tuple[dict[str, Any], int]] = {
    "unknown-role": ({"role": "friend"}, 422),
    "unknown-side": ({"party_kind": "store"}, 422),
    "a-customer-as-supplier": ({"party_kind": "customer", "party_id": "ben"}, 422),
    "with-themselves": ({"party_kind": "customer", "party_id": "asha", "role": "household"}, 422),
    "no-decision": ({"role": "decision_maker"}, 422),
    "a-decision-of-a-supplier": ({"decision": "fleet"}, 422),
    "a-primary-supplier": ({"primary": True}, 422),
    "too-well": ({"health": 1.01}, 422),
    "too-ill": ({"health": -0.01}, 422),
    "a-truth-for-a-number": ({"health": True}, 422),
    "a-text-for-a-number": ({"health": "0.5"}, 422),
    "far-ahead": ({"occurred_at": "2200-01-01T00:00:00Z"}, 422),
    "a-naive-time": ({"occurred_at": "2017-01-01T00:00:00"}, 422),
    "unknown-field": ({"since": "ever"}, 422),
    "unknown-customer": ({"customer_id": "nobody"}, 404),
    "unknown-partner": ({"party_id": "nobody"}, 404),
    "a-supplier-as-account-manager": ({"role": "account_manager"}, 409),
    "a-contact-of-an-individual": ({"role": "contact"}, 409),
}


@pytest.mark.parametrize(("change", "status"), REFUSED.values(), ids=REFUSED)
async def test_C02_what_can_not_be_is_refused_and_leaves_nothing(
    asha: Client, change: dict[str, Any], status: int
) -> None:
    answer = await asha.post(PATH, PLAIN | {"id": "r1"} | change)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    assert (await asha.get(f"{PATH}/r1")).status_code == 404
    assert await told_of(asha) == []


async def test_C02_relationships_are_found_by_what_they_are(asha: Client) -> None:
    await begun(asha, id="supplies")
    await begun(asha, id="manages", party_id="emp-7", role="account_manager")
    await begun(asha, id="decides", role="decision_maker", decision="fleet")
    await begun(asha, id="advises", party_id="emp-7", role="influencer", decision="fleet")
    await begun(asha, id="paints", role="influencer", decision="paint")
    await begun(asha, id="bens", customer_id="ben", role="influencer", decision="fleet")
    await asha.post(f"{PATH}/supplies/end", {"occurred_at": LATER}, match='"1"')
    expected = {
        "customer_id=asha&decision=fleet": ["decides", "advises"],
        "decision=fleet": ["decides", "advises", "bens"],
        "customer_id=asha&decision=fleet&role=decision_maker": ["decides"],
        "party_id=emp-7": ["manages", "advises"],
        "role=supplier": ["supplies"],
        "customer_id=asha&active=false": ["supplies"],
        "customer_id=asha&active=true&limit=2": ["manages", "decides"],
        "customer_id=nobody": [],
    }
    assert {query: await listed(asha, query) for query in expected} == expected
    assert (await asha.get(f"{PATH}?role=friend")).status_code == 422
    first = (await asha.get(f"{PATH}?customer_id=asha&limit=3")).json()
    assert await listed(asha, f"customer_id=asha&limit=3&cursor={first['next']}") == ["advises", "paints"]


async def test_C02_an_organization_has_several_contacts_and_one_primary(asha: Client) -> None:
    one = await begun(asha, CONTACT, primary=True)
    assert (await told_of(asha))[-1].data == RelationshipStarted(role="intermediary", party_id="acme")
    two = await begun(asha, CONTACT, party_id="emp-7")
    third = CONTACT | {"party_kind": "customer", "party_id": "ben"}
    assert f"{one} is the primary contact" in rule(await asha.post(PATH, third | {"primary": True}))
    await begun(asha, third)
    assert len(await listed(asha, "customer_id=mill&role=contact")) == 3
    first = {"primary": True}
    assert "is the primary contact" in rule(await asha.call("PATCH", f"{PATH}/{two}", first, match='"1"'))
    await asha.call("PATCH", f"{PATH}/{one}", {"primary": False}, match='"1"')
    made = await asha.call("PATCH", f"{PATH}/{two}", first, match='"1"')
    assert (made.status_code, made.json()["primary"]) == (200, True), made.text


async def test_C02_two_contacts_made_primary_at_once_are_one(asha: Client) -> None:
    paths = [f"{PATH}/{await begun(asha, CONTACT, party_id=party)}" for party in ("acme", "emp-7")]
    made = [asha.call("PATCH", path, {"primary": True}, match='"1"') for path in paths]
    assert sorted(answer.status_code for answer in await asyncio.gather(*made)) == [200, 409]


async def test_C02_a_change_needs_its_version_and_something_new(asha: Client) -> None:
    path = f"{PATH}/{await begun(asha)}"
    for match, status in ((None, 428), ('"2"', 412)):
        assert (await asha.call("PATCH", path, {"health": 0.9}, match=match)).status_code == status
    for same in ({}, {"health": 0.5}, {"health": None}, {"primary": False, "occurred_at": LATER}):
        answer = await asha.call("PATCH", path, same, match='"1"')
        assert (answer.status_code, answer.headers["ETag"]) == (200, '"1"'), answer.text
    for bad in ({"health": 2}, {"role": "vendor"}, {"primary": "yes"}):
        assert (await asha.call("PATCH", path, bad, match='"1"')).status_code == 422
    assert "only a contact" in rule(await asha.call("PATCH", path, {"primary": True}, match='"1"'))
    assert (await asha.call("PATCH", f"{PATH}/none", {}, match='"1"')).status_code == 404
    assert len(await told_of(asha)) == len(await history(asha, path)) == 1


@pytest.mark.parametrize("told", ["2016-12-31T00:00:00Z", START, LATER])
async def test_C02_nothing_happens_before_what_was_told(asha: Client, told: str) -> None:
    path = f"{PATH}/{await begun(asha)}"
    await asha.call("PATCH", path, {"health": 0.9, "occurred_at": LATER}, match='"1"')
    when = f"something was told of it at {datetime.fromisoformat(LATER).isoformat()}"
    assert when in rule(await asha.call("PATCH", path, {"health": 0.1, "occurred_at": told}, match='"2"'))
    assert when in rule(await asha.post(f"{path}/end", {"occurred_at": told}, match='"2"'))
    read = (await asha.get(path)).json()
    assert (read["health"], read["ended_at"], read["version"]) == (0.9, None, 2)
    assert len(await told_of(asha)) == len(await history(asha, path)) == 2


async def test_C02_what_is_over_stays_as_it_was(asha: Client) -> None:
    path = f"{PATH}/{await begun(asha)}"
    assert (await asha.post(f"{path}/end", {"occurred_at": LATER})).status_code == 428
    assert (await asha.post(f"{path}/end", {"occurred_at": LATER}, match='"1"')).status_code == 200
    for method, end, body in (("PATCH", "", {"health": 0.9}), ("POST", "/end", {"occurred_at": LAST})):
        assert "what is over stays as it was" in rule(await asha.call(method, path + end, body, match='"2"'))
    assert (await asha.get(path)).json()["version"] == 2
    assert len(await told_of(asha)) == 2


async def test_C02_another_relationship_takes_its_place(asha: Client) -> None:
    old, new = await begun(asha), await begun(asha, role="vendor")
    elsewhere, over = await begun(asha, customer_id="ben"), await begun(asha, role="intermediary")
    await asha.post(f"{PATH}/{over}/end", {"occurred_at": LATER}, match='"1"')
    path = f"{PATH}/{old}/end"
    for other, words in ((old, "its own place"), (elsewhere, "another customer"), (over, "takes no place")):
        assert words in rule(await asha.post(path, {"occurred_at": LAST, "replaced_by": other}, match='"1"'))
    assert (await asha.post(path, {"replaced_by": "none"}, match='"1"')).status_code == 404
    ended = await asha.post(path, {"occurred_at": LAST, "replaced_by": new}, match='"1"')
    assert (ended.status_code, ended.json()["replaced_by"]) == (200, new), ended.text
    assert (await told_of(asha))[-1].data == RelationshipEnded(replaced_by=new)
    assert (await history(asha, f"{PATH}/{old}"))[0]["after"] == {"ended_at": LAST, "replaced_by": new}


async def test_C02_ended_at_once_it_ends_once(asha: Client) -> None:
    path = f"{PATH}/{await begun(asha)}"
    ends = [asha.post(f"{path}/end", {"occurred_at": LATER}, match='"1"') for _ in range(10)]
    assert sorted(answer.status_code for answer in await asyncio.gather(*ends)) == [200] + [412] * 9
    assert len(await told_of(asha)) == len(await history(asha, path)) == 2


async def test_C02_two_that_replace_each_other_at_once_make_no_circle(asha: Client) -> None:
    one, other = await begun(asha), await begun(asha, role="vendor")
    answers = await asyncio.gather(
        asha.post(f"{PATH}/{one}/end", {"replaced_by": other}, match='"1"'),
        asha.post(f"{PATH}/{other}/end", {"replaced_by": one}, match='"1"'),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert len(await listed(asha, "customer_id=asha&active=true")) == 1


async def test_C02_one_customer_and_their_links_serve_every_store(asha: Client) -> None:
    bound = asha.issuer.token(stores=["330"])
    made = await asha.post(PATH, PLAIN | {"id": "r1"}, bearer=bound)
    assert made.status_code == 201
    assert (await asha.get(f"{PATH}/r1", bearer=bound)).json() == made.json()
    assert (await asha.call("PATCH", f"{PATH}/r1", {"health": 1}, match='"1"', bearer=bound)).status_code == 200
