"""C02: vendors, suppliers, intermediaries, partners and employees, and what becomes of their links when they leave."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from services.customers.parties.domain import PartyKind, RefusedError, check_heir, check_home, leaving
from shared.events.customers import RelationshipEnded, RelationshipStarted
from tests.customers.test_history import history
from tests.support.client import Client

KINDS: tuple[PartyKind, ...] = ("vendor", "supplier", "intermediary", "partner", "employee")
MEENA: dict[str, Any] = {
    "id": "emp-7",
    "kind": "employee",
    "name": "Meena Iyer",
    "home_store_id": "330",
    "occurred_at": "2016-01-01T00:00:00Z",
    "simulated": True,
}
CAME, GONE = datetime(2016, 1, 1, tzinfo=UTC), datetime(2017, 6, 1, tzinfo=UTC)
LEFT, EARLIER = "2017-06-01T00:00:00Z", "2017-05-31T23:59:59Z"
PATH = "/v1/partners"


async def known(client: Client, **changes: Any) -> str:
    """A party who was not known before; their id."""
    answer = await client.post(PATH, MEENA | changes)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def linked(client: Client, customer: str, party: str, **more: Any) -> str:
    """An account manager of a customer since 2017, unless told otherwise; the relationship's id."""
    await client.put(f"/v1/customers/{customer}", {"kind": "individual"})
    told = {"customer_id": customer, "party_id": party, "role": "account_manager"}
    answer = await client.post("/v1/relationships", told | {"occurred_at": "2017-01-01T00:00:00Z"} | more)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def open_links(client: Client, party: str) -> list[dict[str, Any]]:
    """The party's relationships that last."""
    items: list[dict[str, Any]] = (await client.get(f"/v1/relationships?party_id={party}&active=true")).json()["items"]
    return items


def rule(answer: Any) -> str:
    """Which rule refused a step."""
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:elevenfold:problem:wrong-state"), answer.text
    return str(answer.json()["detail"])


def test_C02_only_an_employee_has_a_home_store() -> None:
    for kind in KINDS:
        check_home(kind, None)
        if kind == "employee":
            check_home(kind, "330")
        else:
            with pytest.raises(RefusedError, match=f"only an employee has a home store, this is a {kind}"):
                check_home(kind, "330")


def test_C02_a_party_leaves_once_and_never_before_they_came() -> None:
    assert leaving(CAME, None, GONE, GONE) == GONE
    assert leaving(None, None, None, GONE) == GONE
    assert leaving(GONE, None, None, CAME) == GONE, "another clock may be ahead of ours"
    with pytest.raises(RefusedError, match=r"they came at 2017-06-01.*can't have left before"):
        leaving(GONE, None, CAME, GONE)
    with pytest.raises(RefusedError, match="a party leaves once"):
        leaving(CAME, GONE, GONE, GONE)


def test_C02_only_somebody_else_who_is_here_takes_a_place() -> None:
    check_heir("a", "b", None)
    with pytest.raises(RefusedError, match="nobody takes their own place"):
        check_heir("a", "a", None)
    with pytest.raises(RefusedError, match=r"b left at 2017-06-01.*takes nobody's place"):
        check_heir("a", "b", GONE)


async def test_C02_every_field_of_a_party_comes_back(customers: Client) -> None:
    created = await customers.post(PATH, MEENA)
    assert (created.status_code, created.headers["Location"]) == (201, f"{PATH}/emp-7"), created.text
    read = await customers.get(f"{PATH}/emp-7")
    assert {name: read.json()[name] for name in MEENA} == MEENA
    assert set(read.json()) - set(MEENA) == {"left_at", "replaced_by", "created_at", "version"}
    assert (read.headers["ETag"], read.json()) == ('"1"', created.json())
    assert (await customers.get(PATH)).json()["items"] == [read.json()]
    assert (await customers.get(f"{PATH}/nobody")).status_code == 404
    assert (await customers.get(f"{PATH}/nobody/history")).status_code == 404


async def test_C02_the_same_party_told_twice_is_one(customers: Client) -> None:
    answers = await asyncio.gather(*(customers.post(PATH, MEENA) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]
    assert (await customers.post(PATH, MEENA | {"name": "M. Iyer"})).status_code == 409
    assert [change["what"] for change in await history(customers, f"{PATH}/emp-7")] == ["register"]
    nameless = {name: value for name, value in MEENA.items() if name != "id"}
    assert len({(await customers.post(PATH, nameless)).json()["id"] for _ in range(2)}) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "customer"},
        {"kind": "vendor"},
        {"name": ""},
        {"id": "a b"},
        {"wage": "9"},
        {"occurred_at": "2016-01-01"},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_C02_a_party_that_can_not_be_is_refused(customers: Client, change: dict[str, str]) -> None:
    answer = await customers.post(PATH, MEENA | change)
    assert answer.status_code == 422, answer.text
    assert (await customers.get(PATH)).json()["items"] == []


async def test_C02_a_party_is_amended(customers: Client) -> None:
    await known(customers)
    for match, status in ((None, 428), ('"2"', 412)):
        assert (await customers.call("PATCH", f"{PATH}/emp-7", {"name": "M"}, match=match)).status_code == status
    same = await customers.call("PATCH", f"{PATH}/emp-7", {"name": "Meena Iyer"}, match='"1"')
    assert same.headers["ETag"] == '"1"'
    amended = await customers.call("PATCH", f"{PATH}/emp-7", {"name": None, "home_store_id": "331"}, match='"1"')
    assert (amended.status_code, amended.json()["name"], amended.json()["home_store_id"]) == (200, None, "331")
    change, _ = await history(customers, f"{PATH}/emp-7")
    assert (change["what"], change["before"]) == ("amend", {"name": "Meena Iyer", "home_store_id": "330"})
    await known(customers, id="acme", kind="vendor", home_store_id=None)
    refused = await customers.call("PATCH", f"{PATH}/acme", {"home_store_id": "330"}, match='"1"')
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/home_store_id")
    assert (await customers.get(f"{PATH}/acme")).json()["version"] == 1


async def test_C02_parties_are_found_by_kind_store_and_presence(customers: Client) -> None:
    await known(customers)
    await known(customers, id="emp-8", home_store_id="331")
    await known(customers, id="acme", kind="vendor", home_store_id=None)
    await customers.post(f"{PATH}/emp-7/leave", {"occurred_at": LEFT}, match='"1"')
    found = {
        query: [party["id"] for party in (await customers.get(f"{PATH}?{query}")).json()["items"]]
        for query in ("kind=employee", "kind=supplier", "home_store_id=331", "active=true", "active=false", "limit=2")
    }
    assert found == {
        "kind=employee": ["emp-7", "emp-8"],
        "kind=supplier": [],
        "home_store_id=331": ["emp-8"],
        "active=true": ["emp-8", "acme"],
        "active=false": ["emp-7"],
        "limit=2": ["emp-7", "emp-8"],
    }


async def test_C02_a_token_of_a_store_changes_its_own_employees_alone(customers: Client) -> None:
    bound = customers.issuer.token(stores=["330"])
    assert (await customers.post(PATH, MEENA, bearer=bound)).status_code == 201
    for other in ({"id": "e", "home_store_id": "331"}, {"id": "v", "kind": "vendor", "home_store_id": None}):
        assert (await customers.post(PATH, MEENA | other, bearer=bound)).status_code == 403
        await known(customers, **other)
        path = f"{PATH}/{other['id']}"
        assert (await customers.call("PATCH", path, {"name": "X"}, match='"1"', bearer=bound)).status_code == 403
        assert (await customers.post(f"{path}/leave", {}, match='"1"', bearer=bound)).status_code == 403
        assert (await customers.get(path, bearer=bound)).json()["version"] == 1
    away = {"home_store_id": "331"}
    assert (await customers.call("PATCH", f"{PATH}/emp-7", away, match='"1"', bearer=bound)).status_code == 403
    left = await customers.post(f"{PATH}/emp-7/leave", {"replaced_by": "e"}, match='"1"', bearer=bound)
    assert left.status_code == 200


async def test_C02_who_leaves_ends_every_open_link_with_it(customers: Client) -> None:
    await known(customers)
    await known(customers, id="emp-8")
    asha, ben = await linked(customers, "asha", "emp-7"), await linked(customers, "ben", "emp-7", role="employee")
    cara = await linked(customers, "cara", "emp-7")
    await customers.post(f"/v1/relationships/{cara}/end", {"occurred_at": "2017-02-01T00:00:00Z"}, match='"1"')
    other = await linked(customers, "asha", "emp-8")
    told = len(await customers.outbox())
    left = await customers.post(f"{PATH}/emp-7/leave", {"occurred_at": LEFT}, match='"1"')
    assert (left.status_code, left.json()["left_at"], left.headers["ETag"]) == (200, LEFT, '"2"')
    events = (await customers.outbox())[told:]
    assert [(e.subject, e.partitionkey, e.time, e.data) for e in events] == [
        (asha, "asha", GONE, RelationshipEnded()),
        (ben, "ben", GONE, RelationshipEnded()),
    ]
    assert (await customers.get(f"/v1/relationships/{asha}")).json()["ended_at"] == LEFT
    assert (await customers.get(f"/v1/relationships/{cara}")).json()["ended_at"] == "2017-02-01T00:00:00Z"
    assert (await customers.get(f"/v1/relationships/{other}")).json()["version"] == 1
    assert [change["what"] for change in await history(customers, f"/v1/relationships/{asha}")] == ["end", "start"]
    change, _ = await history(customers, f"{PATH}/emp-7")
    assert (change["what"], change["at"], change["after"]["left_at"]) == ("leave", LEFT, LEFT)


async def test_C02_who_takes_the_place_gets_a_link_of_the_same_role(customers: Client) -> None:
    await known(customers)
    await known(customers, id="emp-8")
    old = await linked(customers, "asha", "emp-7", health=0.9, simulated=True)
    decides = {"role": "decision_maker", "decision": "fleet-2017", "health": 0.8}
    second = await linked(customers, "asha", "emp-7", **decides)
    already = await linked(customers, "asha", "emp-8", **decides)
    told = len(await customers.outbox())
    leaving_ = {"occurred_at": LEFT, "replaced_by": "emp-8"}
    left = await customers.post(f"{PATH}/emp-7/leave", leaving_, match='"1"')
    assert (left.status_code, left.json()["replaced_by"]) == (200, "emp-8"), left.text
    [successor] = [link for link in await open_links(customers, "emp-8") if link["id"] != already]
    assert (successor["role"], successor["occurred_at"], successor["health"]) == ("account_manager", LEFT, None)
    assert (successor["customer_id"], successor["simulated"]) == ("asha", True)
    ended = {e.subject: e.data for e in (await customers.outbox())[told:] if isinstance(e.data, RelationshipEnded)}
    assert {old: successor["id"], second: already} == {name: data.replaced_by for name, data in ended.items()}
    [begun] = [e for e in (await customers.outbox())[told:] if isinstance(e.data, RelationshipStarted)]
    assert (begun.subject, begun.time, begun.data) == (
        successor["id"],
        GONE,
        RelationshipStarted(role="account_manager", party_id="emp-8"),
    )
    assert (await customers.get(f"/v1/relationships/{old}")).json()["replaced_by"] == successor["id"]
    assert (await customers.get(f"/v1/relationships/{already}")).json()["version"] == 1
    assert await open_links(customers, "emp-7") == []


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"occurred_at": "2015-12-31T00:00:00Z"}, "they came at 2016-01-01"),
        ({"replaced_by": "emp-7"}, "nobody takes their own place"),
        ({"replaced_by": "gone"}, "gone left at"),
        ({"replaced_by": "acme"}, "an account manager is an employee"),
        ({"occurred_at": "2017-01-01T00:00:00Z"}, "something was told of it at 2017-01-01"),
    ],
    ids=["before-they-came", "themselves", "who-left", "a-vendor", "before-a-link"],
)
async def test_C02_a_leave_that_a_rule_refuses_changes_nothing(
    customers: Client, told: dict[str, str], words: str
) -> None:
    await known(customers)
    await known(customers, id="acme", kind="vendor", home_store_id=None)
    await known(customers, id="gone")
    await customers.post(f"{PATH}/gone/leave", {}, match='"1"')
    link = await linked(customers, "asha", "emp-7")
    before = await customers.outbox()
    refused = await customers.post(f"{PATH}/emp-7/leave", {"occurred_at": LEFT} | told, match='"1"')
    assert words in rule(refused)
    assert (await customers.get(f"{PATH}/emp-7")).json()["version"] == 1
    assert (await customers.get(f"/v1/relationships/{link}")).json()["version"] == 1
    assert len(await history(customers, f"{PATH}/emp-7")) == 1
    assert await customers.outbox() == before


async def test_C02_a_leave_needs_its_party_its_heir_and_the_version(customers: Client) -> None:
    await known(customers)
    assert (await customers.post(f"{PATH}/nobody/leave", {}, match='"1"')).status_code == 404
    assert (await customers.post(f"{PATH}/emp-7/leave", {"replaced_by": "nobody"}, match='"1"')).status_code == 404
    assert (await customers.post(f"{PATH}/emp-7/leave", {})).status_code == 428
    assert (await customers.post(f"{PATH}/emp-7/leave", {}, match='"2"')).status_code == 412
    assert (await customers.post(f"{PATH}/emp-7/leave", {}, match='"1"')).status_code == 200
    assert "a party leaves once" in rule(await customers.post(f"{PATH}/emp-7/leave", {}, match='"2"'))


async def test_C02_who_left_gets_no_new_link(customers: Client) -> None:
    await known(customers)
    link = await linked(customers, "asha", "emp-7", id="r1")
    await customers.post(f"{PATH}/emp-7/leave", {"occurred_at": LEFT}, match='"1"')
    told = {"customer_id": "asha", "party_id": "emp-7", "role": "account_manager"}
    refused = await customers.post("/v1/relationships", told)
    assert f"they left at {GONE.isoformat()}: who left gets no new relationship" in rule(refused)
    again = await customers.post("/v1/relationships", told | {"id": link, "occurred_at": "2017-01-01T00:00:00Z"})
    assert again.status_code == 200, "what was told before they left stays told"


async def test_C02_two_leaves_at_once_are_one(customers: Client) -> None:
    await known(customers)
    await known(customers, id="emp-8")
    await linked(customers, "asha", "emp-7")
    told = {"occurred_at": LEFT, "replaced_by": "emp-8"}
    leaves = [customers.post(f"{PATH}/emp-7/leave", told, match='"1"') for _ in range(8)]
    assert sorted(answer.status_code for answer in await asyncio.gather(*leaves)) == [200] + [412] * 7
    assert len(await open_links(customers, "emp-8")) == 1
    assert sum(isinstance(event.data, RelationshipEnded) for event in await customers.outbox()) == 1


async def test_C02_two_who_leave_to_each_other_at_once_do_not_both(customers: Client) -> None:
    for one, other in (("emp-1", "emp-2"), ("emp-3", "emp-4"), ("emp-5", "emp-6")):
        for each in (one, other):
            await known(customers, id=each)
            await linked(customers, "asha", each)
        answers = await asyncio.gather(
            customers.post(f"{PATH}/{one}/leave", {"replaced_by": other}, match='"1"'),
            customers.post(f"{PATH}/{other}/leave", {"replaced_by": one}, match='"1"'),
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        assert len(await open_links(customers, one) + await open_links(customers, other)) == 1


async def test_C02_nobody_gets_a_link_while_they_leave(customers: Client) -> None:
    await known(customers)
    names = [f"c{number}" for number in range(8)]
    for name in names:
        await customers.put(f"/v1/customers/{name}", {"kind": "individual"})
    told = {"party_id": "emp-7", "role": "account_manager", "occurred_at": "2017-01-01T00:00:00Z"}
    starts = [customers.post("/v1/relationships", told | {"customer_id": name}) for name in names]
    leave = customers.post(f"{PATH}/emp-7/leave", {"occurred_at": LEFT}, match='"1"')
    answers = await asyncio.gather(*starts[:4], leave, *starts[4:])
    assert answers[4].status_code == 200
    assert {answer.status_code for answer in answers if answer is not answers[4]} <= {201, 409}
    assert await open_links(customers, "emp-7") == []


async def test_C02_a_link_ended_beside_a_leave_ends_once(customers: Client) -> None:
    await known(customers)
    link = await linked(customers, "asha", "emp-7")
    path = f"/v1/relationships/{link}/end"
    leave = customers.post(f"{PATH}/emp-7/leave", {"occurred_at": LEFT}, match='"1"')
    ends = [customers.post(path, {"occurred_at": EARLIER}, match='"1"') for _ in range(4)]
    answers = await asyncio.gather(*ends[:2], leave, *ends[2:])
    assert answers[2].status_code == 200
    assert [answer.status_code for answer in answers if answer is not answers[2]].count(200) <= 1
    assert sum(isinstance(event.data, RelationshipEnded) for event in await customers.outbox()) == 1
    assert (await customers.get(f"/v1/relationships/{link}")).json()["version"] == 2


async def test_C02_a_name_is_in_no_event(customers: Client) -> None:
    await known(customers, name="whispered-by-the-till")
    await linked(customers, "asha", "emp-7")
    await customers.post(f"{PATH}/emp-7/leave", {"occurred_at": LEFT}, match='"1"')
    events = await customers.outbox()
    assert len(events) == 3
    assert not [event for event in events if b"whispered" in event.to_json()]
