"""C04: every change of a profile, its consents and its visits is kept: who, when, what before and after."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from shared.web.cursors import encode
from tests.customers.visits import BEGUN, END, begin, bound
from tests.support.client import Client

ASHA: dict[str, Any] = {
    "kind": "individual",
    "name": "Asha Rao",
    "birth_date": "1990-02-03",
    "registered_at": "2016-11-01T00:00:00Z",
    "external_ids": [{"system": "till", "value": "208"}],
}
GRANT = {"granted_at": "2026-01-01T00:00:00Z", "source": "form"}
PATH = "/v1/customers/asha"
MAIL = f"{PATH}/consents/marketing/mail"


async def history(customers: Client, path: str = PATH) -> list[dict[str, Any]]:
    """All that is told of an entity, the newest first."""
    answer = await customers.get(f"{path}/history")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_C04_history_tells_who_when_and_what(customers: Client) -> None:
    began = datetime.now(UTC)
    await customers.put(PATH, ASHA, bearer=customers.issuer.token(sub="till-9"))
    change: dict[str, Any] = {"name": "Asha R. Rao", "birth_date": None, "external_ids": []}
    desk = customers.issuer.token(sub="desk-1")
    await customers.call("PATCH", PATH, change, match='"1"', bearer=desk)
    changed, registered = await history(customers)
    assert began <= datetime.fromisoformat(changed["recorded_at"]) <= datetime.now(UTC)
    assert changed == {
        "version": 2,
        "part": None,
        "what": "change",
        "by": "desk-1",
        "at": changed["recorded_at"],
        "recorded_at": changed["recorded_at"],
        "before": {name: ASHA[name] for name in change},
        "after": change,
    }
    assert registered["after"] == ASHA | {"simulated": False}
    assert (registered["what"], registered["by"], registered["before"]) == ("register", "till-9", None)
    assert (registered["version"], registered["at"]) == (1, ASHA["registered_at"])


async def test_C04_what_changes_nothing_leaves_no_trace(customers: Client) -> None:
    new = ASHA | {"id": "asha"}
    for _ in range(2):
        await customers.post("/v1/customers", new)
        await customers.put(PATH, ASHA)
        await customers.put(MAIL, GRANT)
    await customers.call("PATCH", PATH, {"name": "Asha Rao"}, match='"1"')
    for _ in range(2):
        await customers.call("DELETE", MAIL)
    assert [change["what"] for change in await history(customers)] == ["withdraw", "grant", "register"]


async def test_C04_what_is_refused_leaves_no_trace(customers: Client) -> None:
    await customers.put(PATH, ASHA)
    await customers.put("/v1/customers/ben", {"kind": "individual"})
    for match in (None, '"7"'):
        assert (await customers.put(PATH, ASHA | {"name": "Eve"}, match=match)).status_code in {412, 428}
    taken = {"external_ids": ASHA["external_ids"]}
    assert (await customers.call("PATCH", "/v1/customers/ben", taken, match='"1"')).status_code == 409
    assert [len(await history(customers, path)) for path in (PATH, "/v1/customers/ben")] == [1, 1]


async def test_C04_consents_and_exits_are_part_of_the_customers_history(customers: Client) -> None:
    await customers.put(PATH, ASHA)
    await customers.put(MAIL, GRANT)
    await customers.call("DELETE", MAIL, {"occurred_at": "2026-02-01T00:00:00Z"})
    told = {"id": "e1", "reason": "price", "occurred_at": "2026-03-01T00:00:00Z", "note": "too dear"}
    await customers.post(f"{PATH}/exits", told)
    left, withdrawn, granted, _ = await history(customers)
    assert (granted["part"], granted["what"], granted["version"]) == ("consents/marketing/mail", "grant", 1)
    assert (granted["before"], granted["after"], granted["at"]) == (None, GRANT, GRANT["granted_at"])
    assert (withdrawn["part"], withdrawn["what"], withdrawn["version"]) == ("consents/marketing/mail", "withdraw", 2)
    assert withdrawn["before"] == {"withdrawn_at": None}
    assert withdrawn["after"] == {"withdrawn_at": withdrawn["at"]} == {"withdrawn_at": "2026-02-01T00:00:00Z"}
    assert (left["part"], left["what"], left["at"]) == ("exits/e1", "state", told["occurred_at"])
    assert left["after"] == {"reason": "price", "note": "too dear"}


async def test_C04_changes_at_once_stand_in_the_order_of_their_versions(customers: Client) -> None:
    await customers.put(PATH, ASHA)

    async def change(name: str) -> None:
        while True:
            match = (await customers.get(PATH)).headers["ETag"]
            if (await customers.call("PATCH", PATH, {"name": name}, match=match)).status_code == 200:
                return

    await asyncio.gather(*(change(f"Asha {number}") for number in range(8)))
    changes = (await history(customers))[::-1]
    assert [change["version"] for change in changes] == list(range(1, 10))
    names = [change["after"]["name"] for change in changes]
    assert [change["before"]["name"] for change in changes[1:]] == names[:-1]
    assert (await customers.get(PATH)).json()["name"] == names[-1]


async def test_C04_history_comes_in_pages_that_new_changes_do_not_shift(customers: Client) -> None:
    await customers.put(PATH, ASHA)
    for version in range(1, 5):
        await customers.call("PATCH", PATH, {"name": f"Asha {version}"}, match=f'"{version}"')
    page = (await customers.get(f"{PATH}/history?limit=2")).json()
    seen = [change["version"] for change in page["items"]]
    await customers.call("PATCH", PATH, {"name": "Asha 5"}, match='"5"')
    while page["next"]:
        page = (await customers.get(f"{PATH}/history?limit=2&cursor={page['next']}")).json()
        seen += [change["version"] for change in page["items"]]
    assert seen == [5, 4, 3, 2, 1]


async def test_C04_a_cursor_that_is_not_ours_is_refused(customers: Client) -> None:
    await customers.put(PATH, ASHA)
    for cursor in ("x", encode(), encode("x"), encode("-1"), encode("9" * 19), encode("1", "2")):
        refused = await customers.get(f"{PATH}/history?cursor={cursor}")
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/cursor"), cursor


async def test_C04_of_nobody_nothing_is_known(customers: Client) -> None:
    for path in (PATH, "/v1/visits/v1"):
        assert (await customers.get(f"{path}/history")).status_code == 404


async def test_C04_every_store_reads_a_customers_history_and_its_own_visits(customers: Client) -> None:
    await customers.put(PATH, ASHA | {"home_store_id": "330"})
    await begin(customers)
    for store, status in (("330", 200), ("7", 404)):
        bearer = bound(customers, store)
        assert (await customers.get(f"{PATH}/history", bearer=bearer)).status_code == 200
        assert (await customers.get("/v1/visits/v1/history", bearer=bearer)).status_code == status


async def test_C07_a_visits_history_tells_its_end(customers: Client) -> None:
    await begin(customers)
    assert await history(customers, "/v1/visits/v1") == []
    told = {"occurred_at": END, "outcome": "bought", "converted": True}
    await customers.post("/v1/visits/v1/end", told, match='"1"', bearer=customers.issuer.token(sub="e9"))
    [ended] = await history(customers, "/v1/visits/v1")
    assert (ended["version"], ended["what"], ended["by"], ended["at"]) == (2, "end", "e9", END)
    assert ended["before"] == {"ended_at": None, "outcome": None, "converted": None}
    assert ended["after"] == {"ended_at": END, "outcome": "bought", "converted": True}


async def test_C04_a_history_is_of_one_entity_alone(customers: Client) -> None:
    for name in ("asha", "ben"):
        await customers.put(f"/v1/customers/{name}", {"kind": "individual"})
    await begin(customers, id="asha")
    await customers.post("/v1/visits/asha/end", {"occurred_at": END}, match='"1"')
    told = [await history(customers, path) for path in (PATH, "/v1/customers/ben", "/v1/visits/asha")]
    assert [[change["what"] for change in each] for each in told] == [["register"], ["register"], ["end"]]


async def test_L02_an_import_leaves_no_history(customers: Client) -> None:
    await customers.stream("/v1/imports/visits", [BEGUN])
    assert await history(customers, "/v1/visits/v1") == []
