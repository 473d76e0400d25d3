"""Who is in a segment over REST (S07): its members, the customers of it, and how far lists are behind."""

from datetime import timedelta

from tests.scoring.conftest import Scoring
from tests.scoring.test_segments import BOUGHT, PATH, RETAINED, evaluated, put
from tests.support.told import NOON, purchase


async def test_S07_members_are_listed_page_by_page(scoring: Scoring) -> None:
    await scoring.know(*(purchase(f"c{n}", f"p{n}") for n in range(5)))
    await put(scoring, "buyers", BOUGHT)
    await evaluated(scoring)
    first = await scoring.client.get(f"{PATH}/buyers/members?limit=3")
    second = await scoring.client.get(first.headers["Link"].removeprefix("<").partition(">")[0])
    rows = first.json()["items"] + second.json()["items"]
    assert [row["customer_id"] for row in rows] == ["c0", "c1", "c2", "c3", "c4"]
    assert {row["left_at"] for row in rows} == {None}
    await put(scoring, "buyers", BOUGHT, active=False)
    await evaluated(scoring)
    assert (await scoring.client.get(f"{PATH}/buyers/members")).json()["items"] == []
    left = (await scoring.client.get(f"{PATH}/buyers/members?left=true")).json()["items"]
    assert [row["customer_id"] for row in left] == ["c0", "c1", "c2", "c3", "c4"]
    assert all(row["left_at"] > row["entered_at"] for row in left)
    assert (await scoring.client.get(f"{PATH}/nobody/members")).status_code == 404


async def test_S07_who_is_in_a_segment_out_of_use_is_listed_no_more(scoring: Scoring) -> None:
    """At once, though nothing was made anew."""
    await scoring.know(purchase("ann", "p1"), purchase("ben", "p2"))
    await put(scoring, "buyers", BOUGHT)
    await evaluated(scoring)
    paths = (f"{PATH}/buyers/members", "/v1/customers?segment=buyers")
    for path in paths:
        assert len((await scoring.client.get(path)).json()["items"]) == 2
    await put(scoring, "buyers", BOUGHT, active=False)
    for path in paths:
        answer = await scoring.client.get(path + ("&" if "?" in path else "?") + "limit=1")
        assert (answer.json()["items"], answer.json()["next"], "Link" in answer.headers) == ([], None, False)
    asked = {"rule": BOUGHT, "segment_id": "buyers"}
    told = (await scoring.client.post(f"{PATH}/preview", asked)).json()
    assert (told["entering"], told["leaving"]) == (2, 0)
    await evaluated(scoring)
    left = (await scoring.client.get(f"{PATH}/buyers/members?left=true")).json()["items"]
    assert [row["customer_id"] for row in left] == ["ann", "ben"]


async def test_S07_members_tell_how_many_cards_are_still_to_be_held_against_the_rule(scoring: Scoring) -> None:
    async def due(name: str) -> int:
        found: int = (await scoring.client.get(f"{PATH}/{name}/members")).json()["due"]
        return found

    await scoring.know(purchase("ann", "p1"), purchase("ben", "p2"))
    await evaluated(scoring)
    await put(scoring, "kept", active=False)
    await put(scoring, "buyers", BOUGHT)
    assert (await due("buyers"), await due("kept")) == (2, 0)
    await evaluated(scoring)
    assert await due("buyers") == 0
    await put(scoring, "loyal", RETAINED)
    assert (await due("loyal"), await due("buyers")) == (2, 0), "its own rule alone"
    await put(scoring, "buyers", BOUGHT, name="Whoever buys")
    assert await due("buyers") == 0
    await scoring.execute(
        "insert into cards select 'd' || n, now(), now(), now(), 0, 1, null, null, null, false, '{}', 0, '{}' "
        "from generate_series(1, 1500) as n"
    )
    assert await due("loyal") == 1000


async def test_S07_customers_are_listed_by_segment(scoring: Scoring) -> None:
    await scoring.know(*(purchase(name, f"p-{name}") for name in ("ann", "ben", "cid")))
    await scoring.know(*(purchase(name, f"q-{name}", NOON + timedelta(days=1)) for name in ("ann", "cid")))
    await put(scoring, "loyal", RETAINED)
    await evaluated(scoring)
    for sort in ("customer_id", "index", "-index"):
        rows = (await scoring.client.get(f"/v1/customers?segment=loyal&sort={sort}")).json()["items"]
        assert sorted(row["customer_id"] for row in rows) == ["ann", "cid"]
    page = (await scoring.client.get("/v1/customers?segment=loyal&limit=1")).json()
    following = (await scoring.client.get(f"/v1/customers?segment=loyal&cursor={page['next']}")).json()
    assert [row["customer_id"] for row in following["items"]] == ["cid"]
    assert (await scoring.client.get("/v1/customers?segment=nobody")).status_code == 404
