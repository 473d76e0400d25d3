"""Segments over REST (S07): defined, versioned, previewed, listed."""

import asyncio
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from services.scoring.membership.rule import LIMITS
from shared.database import raw_transaction
from tests.scoring.conftest import Scoring
from tests.support.told import NOON, purchase

RETAINED = {"field": "phase", "is": "eq", "value": "retention"}
BOUGHT = {"field": "purchase_days", "is": "ge", "value": 1}
PATH = "/v1/segments"


def body(rule: object = RETAINED, **more: object) -> dict[str, object]:
    """A segment."""
    return {"name": "The loyal", "owner": "crm-team", "rule": rule, **more}


async def put(scoring: Scoring, name: str = "loyal", rule: object = RETAINED, **more: object) -> Mapping[str, Any]:
    """Put a segment, whatever is there."""
    there = await scoring.client.get(f"{PATH}/{name}")
    match = there.headers["ETag"] if there.status_code == 200 else None
    answer = await scoring.client.put(f"{PATH}/{name}", body(rule, **more), match=match)
    assert answer.status_code in (200, 201), answer.text
    found: dict[str, Any] = answer.json()
    return found


async def evaluated(scoring: Scoring) -> None:
    """Every card that waits is made anew."""
    while await scoring.evaluator.evaluate_some():
        continue


async def test_S07_a_segment_is_put_and_read(scoring: Scoring) -> None:
    made = await scoring.client.put(f"{PATH}/loyal", body())
    assert (made.status_code, made.headers["ETag"], made.headers["Location"]) == (201, '"1"', f"{PATH}/loyal")
    read = await scoring.client.get(f"{PATH}/loyal")
    assert read.json() == made.json()
    assert (read.json()["rule"], read.json()["active"], read.json()["revision"]) == (RETAINED, True, 1)
    assert (await scoring.client.get(PATH)).json() == {"items": [made.json()], "next": None}
    assert (await scoring.client.get(f"{PATH}/other")).status_code == 404


async def test_S07_a_segment_is_changed_by_who_has_read_it(scoring: Scoring) -> None:
    await scoring.client.put(f"{PATH}/loyal", body())
    same = await scoring.client.put(f"{PATH}/loyal", body(), match='"7"')
    assert (same.status_code, same.json()["version"], same.json()["revision"]) == (200, 1, 1)
    other = body(BOUGHT)
    assert (await scoring.client.put(f"{PATH}/loyal", other)).status_code == 428
    assert (await scoring.client.put(f"{PATH}/loyal", other, match='"2"')).status_code == 412
    assert (await scoring.client.put(f"{PATH}/new", other, match='"1"')).status_code == 412
    changed = (await scoring.client.put(f"{PATH}/loyal", other, match='"1"')).json()
    assert (changed["version"], changed["revision"]) == (2, 2)
    assert changed["rule"] == {**BOUGHT, "value": 1.0}
    assert changed["changed_at"] > changed["created_at"]


async def test_S07_each_change_of_any_segment_has_a_revision_of_its_own(scoring: Scoring) -> None:
    names = [f"s{n}" for n in range(12)]
    answers = await asyncio.gather(*(scoring.client.put(f"{PATH}/{name}", body()) for name in names))
    assert sorted(answer.json()["revision"] for answer in answers) == list(range(1, 13))


async def test_S07_a_lower_revision_is_never_committed_after_a_higher_one(scoring: Scoring) -> None:
    """Who draws one later waits for who drew one before."""
    async with raw_transaction(scoring.engine) as raw:
        await raw.execute("select pg_advisory_xact_lock(hashtext('change a segment'))")
        putting = asyncio.ensure_future(scoring.client.put(f"{PATH}/loyal", body()))
        done, _ = await asyncio.wait({putting}, timeout=0.3)
        assert not done
        assert not await scoring.fetch("select from app.segments")
    assert (await putting).status_code == 201


@pytest.mark.parametrize(
    ("rule", "pointer"),
    [
        ({}, "/rule"),
        (5, "/rule"),
        ({"all": []}, "/rule/all"),
        ({"any": []}, "/rule/any"),
        ({"any": {"field": "index"}}, "/rule/any"),
        ({"not": []}, "/rule/not"),
        ({**RETAINED, "or": 1}, "/rule/or"),
        ({"all": [RETAINED], "any": [RETAINED]}, "/rule/any"),
        ({"all": [RETAINED, {"not": {"field": "shoe_size", "is": "eq", "value": 1}}]}, "/rule/all/1/not/field"),
        ({"field": "phase", "is": "eq", "value": "loyal"}, "/rule/value"),
        ({"field": "phase", "is": "lt", "value": "retention"}, "/rule/is"),
        ({"field": "phase", "is": "like", "value": "ret%"}, "/rule/is"),
        ({"field": "index", "is": "ge", "value": "80"}, "/rule/value"),
        ({"field": "index", "is": "ge", "value": True}, "/rule/value"),
        ({"field": "index", "is": "ge", "value": float("nan")}, "/rule/value"),
        ({"field": "index", "is": "ge", "value": float("inf")}, "/rule/value"),
        ({"field": "index", "is": "ge", "value": 10**300}, "/rule/value"),
        ({"field": "index", "is": "ge"}, "/rule/value"),
        ({"field": "index", "is": "in", "value": 5}, "/rule/value"),
        ({"field": "index", "is": "in", "value": []}, "/rule/value"),
        ({"field": "index", "is": "in", "value": [1, "a"]}, "/rule/value/1"),
        ({"field": "index", "is": "in", "value": list(range(101))}, "/rule/value"),
        ({"field": "index", "is": "known", "value": 5}, "/rule/value"),
        ({"field": "at_risk", "is": "eq", "value": 1}, "/rule/value"),
        ({"field": "region", "is": "eq", "value": "a\x00"}, "/rule/value"),
        ({"field": "region", "is": "eq", "value": "x" * 201}, "/rule/value"),
        ({"field": {"index": 1}, "is": "eq", "value": 1}, "/rule/field"),
        ({"all": [RETAINED] * 101}, "/rule"),
        ({"all": [{"any": [RETAINED] * 60}, {"any": [RETAINED] * 60}]}, "/rule"),
    ],
)
async def test_S07_a_rule_that_says_nothing_sensible_is_a_problem(scoring: Scoring, rule: object, pointer: str) -> None:
    for answer in (
        await scoring.client.put(f"{PATH}/loyal", body(rule)),
        await scoring.client.post(f"{PATH}/preview", {"rule": rule}),
    ):
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json"), answer.text
        assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]
    assert not await scoring.fetch("select from app.segments")


async def test_S07_an_unknown_field_tells_where_the_known_ones_are(scoring: Scoring) -> None:
    answer = await scoring.client.put(f"{PATH}/loyal", body({"field": "shoe_size", "is": "eq", "value": 1}))
    address = answer.json()["errors"][0]["detail"].rpartition("GET ")[2].split()[0]
    known = {field["name"]: field for field in (await scoring.client.get(address)).json()}
    assert known["phase"]["values"] == ["prospect", "acquisition", "retention", "extension"]
    assert "lt" in known["cs.customer_care.score"]["operators"]


@pytest.mark.parametrize("depth", [LIMITS.depth, 300, 10_000, 100_000])
async def test_S07_a_rule_of_absurd_depth_is_a_problem(scoring: Scoring, depth: int) -> None:
    rule = '{"not":' * depth + json.dumps(RETAINED) + "}" * depth
    text = json.dumps(body(0)).replace('"rule": 0', f'"rule": {rule}').encode()
    answer = await scoring.client.put(f"{PATH}/loyal", text)
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    # What is nested deeper than the reader of JSON goes is no JSON to it.
    assert answer.status_code == 422 or (depth >= 10_000 and answer.status_code == 400)
    assert not await scoring.fetch("select from app.segments")


async def test_S07_a_rule_of_absurd_size_is_a_problem(scoring: Scoring) -> None:
    wide = {"all": [RETAINED] * 15_000}
    assert (await scoring.client.put(f"{PATH}/loyal", body(wide))).status_code == 422
    assert (await scoring.client.put(f"{PATH}/loyal", body({"all": [RETAINED] * 30_000}))).status_code == 413
    deepest: dict[str, object] = {**RETAINED}
    for _ in range(LIMITS.depth - 1):
        deepest = {"not": deepest}
    assert (await scoring.client.put(f"{PATH}/loyal", body(deepest))).status_code == 201


async def test_S07_more_segments_than_can_be_looked_after_are_refused(scoring: Scoring) -> None:
    await scoring.execute(
        "insert into app.segments select 's' || n, 's', 't', $2, true, n, now(), now(), 1 "
        "from generate_series(1, $1) as n",
        LIMITS.most,
        json.dumps(RETAINED),
    )
    assert (await scoring.client.put(f"{PATH}/loyal", body())).status_code == 409
    assert (await scoring.client.put(f"{PATH}/s1", body(), match='"1"')).status_code == 200


async def test_S07_a_preview_tells_who_would_be_in(scoring: Scoring) -> None:
    await scoring.know(*(purchase(f"c{n:03}", f"p{n}", paid=f"{n + 1}.00") for n in range(30)))
    await evaluated(scoring)
    plain = (await scoring.client.post(f"{PATH}/preview", {"rule": BOUGHT})).json()
    assert (plain["customers"], plain["members"], plain["entering"], plain["leaving"]) == (30, 30, None, None)
    assert plain["sample"] == [f"c{n:03}" for n in range(20)]
    none = (await scoring.client.post(f"{PATH}/preview", {"rule": {"not": BOUGHT}})).json()
    assert (none["customers"], none["members"], none["sample"]) == (30, 0, [])
    assert not await scoring.fetch("select from app.segments")


async def test_S07_a_preview_of_another_rule_tells_who_would_come_and_go(scoring: Scoring) -> None:
    await scoring.know(*(purchase(name, f"p-{name}") for name in ("ann", "ben", "cid")))
    await scoring.know(purchase("cid", "p2", NOON + timedelta(days=1)))
    await put(scoring, "loyal", RETAINED)
    await evaluated(scoring)
    asked = {"rule": {"field": "phase", "is": "eq", "value": "acquisition"}, "segment_id": "loyal"}
    told = (await scoring.client.post(f"{PATH}/preview", asked)).json()
    assert (told["members"], told["entering"], told["leaving"]) == (2, 2, 1)
    asked["segment_id"] = "nobody"
    assert (await scoring.client.post(f"{PATH}/preview", asked)).status_code == 404


async def test_S07_a_preview_says_what_the_evaluator_then_does(scoring: Scoring) -> None:
    """One definition of the fields: over the card as it is stored and as it is made."""
    await scoring.know(*(purchase(f"c{n}", f"p{n}", paid=f"{n + 1}.00") for n in range(9)))
    await evaluated(scoring)
    fields = (await scoring.client.get("/v1/segment-fields")).json()
    known = [{"field": field["name"], "is": "known"} for field in fields]
    foretold = {}
    for number, rule in enumerate(known):
        foretold[f"s{number:03}"] = (await scoring.client.post(f"{PATH}/preview", {"rule": rule})).json()["members"]
        await put(scoring, f"s{number:03}", rule)
    await evaluated(scoring)
    rows = await scoring.fetch("select unnest(segments) as segment, count(*)::int as count from cards group by 1")
    counted = dict.fromkeys(foretold, 0) | {row["segment"]: row["count"] for row in rows}
    assert counted == foretold
    assert {0, 9} <= set(foretold.values())


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


async def test_W06_a_token_bound_to_stores_neither_defines_nor_lists_segments(scoring: Scoring) -> None:
    bound = scoring.client.issuer.token(stores=["330"])
    assert (await scoring.client.put(f"{PATH}/loyal", body(), bearer=bound)).status_code == 403
    await put(scoring)
    assert (await scoring.client.get(f"{PATH}/loyal/members", bearer=bound)).status_code == 403
    assert (await scoring.client.post(f"{PATH}/preview", {"rule": BOUGHT}, bearer=bound)).status_code == 403
    reader = scoring.client.issuer.token(["scoring:read"])
    assert (await scoring.client.put(f"{PATH}/other", body(), bearer=reader)).status_code == 403
    assert (await scoring.client.get(PATH, bearer=bound)).status_code == 200
