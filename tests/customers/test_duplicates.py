"""C04: customers who may be the same one are found by what they share, and judged by how alike they are."""

import asyncio
from datetime import date
from typing import Any

import asyncpg
import pytest
from alembic import command
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from deploy.local.infrastructure import Addresses
from services.customers.duplicates import queries
from services.customers.duplicates.domain import CROWD, Evidence, Key, Traits, evidence, keys_of, score
from services.customers.duplicates.tables import MatchKey
from services.customers.profiles.tables import ContactPoint
from shared.database import open_engine
from shared.migrations import configuration
from tests.customers.test_merges import merge, unmerge
from tests.customers.visits import bound
from tests.support.client import Client
from tests.support.databases import fresh_database

ASHA: dict[str, Any] = {
    "kind": "individual",
    "name": "Asha Rao",
    "email": "asha@example.com",
    "phone": "+91 98765 43210",
}
OTHER = "/v1/customers/ann/duplicates/ben"


async def know(client: Client, **customers: dict[str, Any]) -> None:
    """Customers who were not there before."""
    for name, profile in customers.items():
        answer = await client.put(f"/v1/customers/{name}", {"kind": "individual"} | profile)
        assert answer.status_code == 201, answer.text


async def found(client: Client, name: str = "ann", query: str = "") -> list[str]:
    """Who may be the same customer as `name`."""
    answer = await client.get(f"/v1/customers/{name}/duplicates{query}")
    assert answer.status_code == 200, answer.text
    return [item["customer_id"] for item in answer.json()["items"]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"email": "Asha+Shop@Example.com"}, {"email": "asha@example.com"}),
        ({"phone": "+44 (0)20 7946 0958"}, {"phone": "0044 20 79460958"}),
        ({"phone": "+91 98765 43210"}, {"phone": "098765-43210"}),
        ({"name": "Renée O’Brien-Müller"}, {"name": "MUELLER, Renee Obrien"}),
        ({"name": "Asha Rao"}, {"name": "Rao Asha K."}),
        ({"name": "आशा राव"}, {"name": "राव आशा"}),
        ({"name": "Владимир Петров"}, {"name": "петров владимир"}),
        ({"external": "C-208"}, {"external": " c-208"}),
    ],
    ids=["mailbox", "country", "national", "sound", "initial", "devanagari", "cyrillic", "external"],
)
def test_C04_the_same_written_otherwise_shares_a_key(one: dict[str, str], other: dict[str, str]) -> None:
    assert shared(one) & shared(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"name": "Asha Rao"}, {"name": "Vikram Seth"}),
        ({"name": "Владимир Петров"}, {"name": "Сергей Иванов"}),
        ({"email": "asha@example.com"}, {"email": "asha@example.org"}),
        ({"phone": "+91 98765 43210"}, {"phone": "+91 98765 43211"}),
        ({"external": "208"}, {"phone": "208208"}),
    ],
    ids=["name", "cyrillic", "domain", "phone", "kind"],
)
def test_C04_others_share_none(one: dict[str, str], other: dict[str, str]) -> None:
    assert not shared(one) & shared(other)


def shared(told: dict[str, str]) -> set[Key]:
    """The keys of somebody of whom one thing is known."""
    lists = [[told[kind]] if kind in told else [] for kind in ("email", "phone", "external")]
    return set(keys_of(told.get("name"), *lists))


@pytest.mark.parametrize(
    "told",
    [{}, {"phone": "100"}, {"phone": "+1 23"}, {"phone": "+999 123456789"}, {"name": "—"}],
    ids=["nothing", "short", "short abroad", "no country", "no letters"],
)
def test_C04_what_says_nothing_is_no_key(told: dict[str, str]) -> None:
    assert shared(told) == set()


def judged(one: Traits, other: Traits, *keys: Key) -> float:
    """The score of two who share these keys."""
    return score(evidence(one, other, keys))


ANN = Traits("individual", "Asha Rao", date(1990, 2, 3))
MAIL, PHONE, HALF, TILL = Key("email", "a@b"), Key("phone", "+1555"), Key("phone", "555"), Key("external", "208")


def test_C04_a_score_adds_up_signs_and_is_halved_by_doubts() -> None:
    """Reckoned by hand from the weights: 0.9, 0.8, 0.6, 0.4, 0.3."""
    nameless, namesake = Traits("individual", None, None), Traits("individual", "Rao Asha", None)
    assert judged(nameless, nameless, MAIL) == 0.9
    assert judged(nameless, nameless, PHONE, HALF) == 0.8
    assert judged(nameless, nameless, HALF) == 0.56
    assert judged(nameless, nameless, TILL) == 0.4
    assert judged(nameless, nameless) == 0
    assert judged(ANN, namesake) == 0.6
    assert judged(ANN, namesake, MAIL) == 0.96
    assert judged(Traits("individual", "José Núñez", None), Traits("individual", "NUNEZ, Jose", None)) == 0.6
    assert judged(ANN, ANN) == 0.72
    assert judged(ANN, Traits("individual", "Asha Rao", date(1991, 2, 3))) == 0.3
    assert judged(ANN, Traits("individual", "Vikram Seth", None), MAIL) == 0.45
    assert judged(ANN, Traits("organization", "Asha Rao", None), MAIL) == 0.48


def test_C04_evidence_tells_the_strongest_sign_first() -> None:
    stranger = Traits("individual", "Vikram Seth", date(1990, 2, 3))
    signs = evidence(ANN, stranger, [TILL, HALF, MAIL])
    assert [sign.kind for sign in signs] == ["email", "phone", "external", "birth_date", "name"]
    assert signs[1] == Evidence("phone", 0.7)


TRAITS = st.builds(
    Traits,
    st.sampled_from(["individual", "organization"]),
    st.none() | st.text(max_size=12) | st.sampled_from(["Asha Rao", "Rao Asha", "Asha R"]),
    st.none() | st.sampled_from([date(1990, 1, 1), date(1991, 1, 1)]),
)


@given(TRAITS, TRAITS, st.sets(st.sampled_from([MAIL, PHONE, HALF, TILL])))
def test_C04_a_score_is_the_same_both_ways_and_of_its_range(one: Traits, other: Traits, keys: set[Key]) -> None:
    assert 0 <= judged(one, other, *keys) == judged(other, one, *keys) <= 1


@given(st.text(max_size=200), st.from_regex(r"\A\+?[0-9 ()./-]{3,32}\Z"))
def test_C04_keys_can_be_made_of_whatever_is_accepted(name: str, phone: str) -> None:
    keys = keys_of(name, [], [phone], [])
    assert keys == sorted(set(keys))
    assert all(key.value for key in keys)


async def test_C04_candidates_come_best_first_with_the_reason(customers: Client) -> None:
    same = {"name": "Rao, Asha", "phone": "098765 43210"}
    await know(customers, ann=ASHA, ben=same, cid={"email": "ASHA@example.com"}, dan={"name": "Dan", "phone": "+1 999"})
    items = (await customers.get("/v1/customers/ann/duplicates")).json()["items"]
    assert items == [
        {"customer_id": "cid", "score": 0.9, "because": [{"kind": "email", "similarity": 1}]},
        {
            "customer_id": "ben",
            "score": 0.82,
            "because": [{"kind": "name", "similarity": 1}, {"kind": "phone", "similarity": 0.7}],
        },
    ]
    assert await found(customers, query="?min_score=0.85") == ["cid"]
    assert await found(customers, "dan") == []
    assert (await customers.get("/v1/customers/nobody/duplicates")).status_code == 404
    assert (await customers.get("/v1/customers/ann/duplicates?min_score=2")).status_code == 422


async def test_C04_external_ids_and_further_contact_points_are_compared_too(customers: Client) -> None:
    till, old = ([{"system": system, "value": "C-208"}] for system in ("till", "old-crm"))
    point = {"kind": "email", "value": "asha@example.com"}
    await know(customers, ann=ASHA | {"external_ids": till}, ben={"external_ids": old}, cid={"contact_points": [point]})
    assert await found(customers, query="?min_score=0.4") == ["cid", "ben"]


async def test_C04_what_is_shared_follows_the_profile(customers: Client) -> None:
    await know(customers, ann={"email": "asha@example.com"}, ben={"email": "b@example.com"})
    assert await found(customers) == []
    await customers.call("PATCH", "/v1/customers/ben", {"email": "asha@example.com"}, match='"1"')
    assert await found(customers) == ["ben"]
    await customers.call("PATCH", "/v1/customers/ben", {"email": None}, match='"2"')
    assert await found(customers) == []


async def test_C04_a_key_of_a_crowd_is_no_evidence(customers: Client) -> None:
    desk = {"phone": "+91 22 1234 5678"}
    await know(customers, **{f"c{number:02}": desk for number in range(CROWD)})
    assert len(await found(customers, "c00")) == CROWD - 1
    assert len((await customers.get("/v1/duplicates?limit=500")).json()["items"]) > 0
    await know(customers, last=desk)
    assert await found(customers, "c00") == []
    assert (await customers.get("/v1/duplicates")).json() == {"items": [], "next": None}


async def test_C04_merged_records_are_no_candidates_until_they_are_parted(customers: Client) -> None:
    await know(customers, ann=ASHA, ben=ASHA, cid=ASHA)
    await merge(customers, "ben", "ann")
    assert [await found(customers, name) for name in ("ann", "ben", "cid")] == [["cid"], [], ["ann"]]
    assert [pair["other_id"] for pair in (await customers.get("/v1/duplicates")).json()["items"]] == ["cid"]
    await unmerge(customers, "ben")
    assert await found(customers, "ben") == ["ann", "cid"]


async def test_C04_who_was_found_not_to_be_the_same_is_not_shown_again(customers: Client) -> None:
    await know(customers, ann=ASHA, ben=ASHA)
    desk = customers.issuer.token(sub="desk-1")
    told = await customers.put("/v1/customers/ben/duplicates/ann", {"same": False}, bearer=desk)
    assert (told.status_code, told.headers["ETag"]) == (200, '"1"')
    assert {name: told.json()[name] for name in ("customer_id", "other_id", "same", "by")} == {
        "customer_id": "ann",
        "other_id": "ben",
        "same": False,
        "by": "desk-1",
    }
    assert [await found(customers, name) for name in ("ann", "ben")] == [[], []]
    assert (await customers.get("/v1/duplicates")).json()["items"] == []
    assert (await customers.put(OTHER, {"same": False})).json() == told.json() == (await customers.get(OTHER)).json()
    assert (await customers.put(OTHER, {"same": True})).status_code == 428
    assert (await customers.put(OTHER, {"same": True}, match='"7"')).status_code == 412
    assert await found(customers) == []
    assert (await customers.put(OTHER, {"same": True}, match='"1"')).json()["version"] == 2
    assert await found(customers) == ["ben"]
    for one, other in (("ann", "ben"), ("ben", "ann")):
        changes = (await customers.get(f"/v1/customers/{one}/history")).json()["items"]
        assert [(change["part"], change["after"]) for change in changes[:-1]] == [
            (f"duplicates/{other}", {"same": True}),
            (f"duplicates/{other}", {"same": False}),
        ]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("ann/duplicates/ann", {"same": False}, 409),
        ("ann/duplicates/nobody", {"same": False}, 404),
        ("nobody/duplicates/ann", {"same": False}, 404),
        ("ann/duplicates/ben", {}, 422),
        ("ann/duplicates/ben", {"same": "no"}, 422),
        ("ann/duplicates/ben", {"same": False, "occurred_at": "2199-01-01T00:00:00Z"}, 422),
    ],
)
async def test_C04_bad_input_judges_nobody(customers: Client, path: str, body: dict[str, Any], status: int) -> None:
    await know(customers, ann=ASHA, ben=ASHA)
    assert (await customers.put(f"/v1/customers/{path}", body)).status_code == status
    assert await found(customers) == ["ben"]
    assert (await customers.get(OTHER)).status_code == 404
    assert len((await customers.get("/v1/customers/ann/history")).json()["items"]) == 1


async def test_C04_judged_by_two_at_the_same_moment(customers: Client) -> None:
    await know(customers, ann=ASHA, ben=ASHA)
    paths = [OTHER, "/v1/customers/ben/duplicates/ann"] * 3
    answers = await asyncio.gather(*(customers.put(path, {"same": False}) for path in paths))
    assert [answer.json() for answer in answers] == [answers[0].json()] * 6
    assert len((await customers.get("/v1/customers/ann/history")).json()["items"]) == 2


async def walked(client: Client, path: str) -> list[list[dict[str, Any]]]:
    """A list's pages."""
    page = (await client.get(path)).json()
    pages = [page["items"]]
    while page["next"]:
        page = (await client.get(f"{path}&cursor={page['next']}")).json()
        pages.append(page["items"])
    return pages


async def test_C04_pairs_of_the_whole_base_come_in_pages_each_once(
    customers: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "EXAMINED", 3)
    stranger = {"name": "Vikram Seth", "email": ASHA["email"]}
    await know(customers, a=ASHA, b=ASHA, c=stranger, d=ASHA, e={"name": "Eve"})
    for limit in (1, 2, 100):
        pages = await walked(customers, f"/v1/duplicates?limit={limit}")
        assert max(len(page) for page in pages) <= limit
        pairs = [(item["customer_id"], item["other_id"]) for page in pages for item in page]
        assert pairs == [("a", "b"), ("a", "d"), ("b", "d")]
    everybody = (await customers.get("/v1/duplicates?min_score=0.4")).json()["items"]
    assert [item["other_id"] for item in everybody] == ["b", "c", "d"], "three were looked at"
    assert (await customers.get("/v1/duplicates?cursor=x")).status_code == 422
    assert (await customers.get("/v1/duplicates", bearer=bound(customers, "330"))).status_code == 403


async def test_C10_an_erasure_leaves_nothing_to_find_a_duplicate_by(customers: Client) -> None:
    point = {"kind": "email", "value": "asha@work.example.com"}
    await know(customers, ann=ASHA | {"contact_points": [point]}, ben=ASHA)
    await customers.put(OTHER, {"same": False})
    assert (await customers.call("DELETE", "/v1/customers/ben/personal-data")).status_code == 202
    assert (await customers.get("/v1/customers/ann/duplicates/ben")).status_code == 404
    assert (await customers.call("DELETE", "/v1/customers/ann/personal-data")).status_code == 202
    connection = await asyncpg.connect(customers.database_url)
    try:
        for table in ("match_keys", "contact_points", "verdicts"):
            assert await connection.fetchval(f"select count(*) from {table}") == 0, table  # noqa: S608
    finally:
        await connection.close()


@pytest.mark.parametrize("kind", [MatchKey, ContactPoint])
def test_C10_no_unique_key_holds_what_is_personal(kind: type[MatchKey | ContactPoint]) -> None:
    table = MatchKey.metadata.tables[str(kind.__tablename__)]
    assert "value" not in table.primary_key.columns
    assert not [index for index in table.indexes if index.unique]


def before_and_after(connection: Connection) -> list[tuple[str, str, str]]:
    """The keys of customers who were there before the migration."""
    migrations = configuration("customers", connection)
    command.downgrade(migrations, "0009")
    connection.execute(
        text("""
            insert into customers (id, kind, name, email, simulated, version, created_at, updated_at)
            select 'c' || n, 'individual', 'Asha Rao', 'A' || n || '@Example.com', false, 1, now(), now()
            from generate_series(1, 2500) as n
        """)
    )
    connection.execute(text("insert into external_ids values ('till', 'C-208', 'c1')"))
    command.upgrade(migrations, "head")
    found = connection.execute(text("select customer_id, kind, value from match_keys order by 1, 2"))
    return [(name, kind, value) for name, kind, value in found]


async def test_C04_who_was_there_before_is_found_too(infrastructure: Addresses) -> None:
    engine = open_engine(await fresh_database(infrastructure.postgres_url, "customers"))
    try:
        async with engine.begin() as connection:
            keys = await connection.run_sync(before_and_after)
    finally:
        await engine.dispose()
    assert len(keys) == 2500 * 2 + 1
    assert keys[:3] == [("c1", "email", "a1@example.com"), ("c1", "external", "c-208"), ("c1", "name", "AX R")]
