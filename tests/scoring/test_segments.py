"""Segments over REST (S07): defined, versioned, previewed, listed."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from services.scoring.membership.rule import LIMITS
from shared.database import raw_transaction
from tests.scoring.conftest import Scoring
from tests.support.told import purchase

RETAINED = {"field": "phase", "is": "eq", "value": "retention"}
BOUGHT = {"field": "purchase_days", "is": "ge", "value": 1}
PATH = "/v1/segments"


def body(rule: object = RETAINED, **more: object) -> dict[str, object]:
    """A segment."""
    return {"name": "The loyal", "owner": "crm-team", "rule": rule, **more}


async def put(scoring: Scoring, name: str = "loyal", rule: object = RETAINED, /, **more: object) -> Mapping[str, Any]:
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
    known = {field["name"]: field for field in (await scoring.client.get(address)).json()["items"]}
    assert known["phase"]["values"] == ["prospect", "acquisition", "retention", "extension"]
    assert "lt" in known["cs.customer_care.score"]["operators"]


@pytest.mark.parametrize("depth", [LIMITS.depth, 300, 10_000, 100_000])
async def test_S07_a_rule_of_absurd_depth_is_a_problem(scoring: Scoring, depth: int) -> None:
    rule = '{"not":' * depth + json.dumps(RETAINED) + "}" * depth
    text = json.dumps(body(0)).replace('"rule": 0', f'"rule": {rule}').encode()
    answer = await scoring.client.put(f"{PATH}/loyal", text)
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:elevenfold:problem:invalid-request")
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


async def test_S07_only_segments_in_use_count_for_how_many_are_looked_after(scoring: Scoring) -> None:
    for number in range(2, LIMITS.most):
        await scoring.execute(
            "insert into app.segments values ($1, 's', 't', $2, true, $3, now(), now(), 1)",
            f"s{number}",
            json.dumps(RETAINED),
            number,
        )
    await put(scoring, "kept", active=False)
    await put(scoring, "last")
    await put(scoring, "last-but", active=False)
    await put(scoring, "one-more")
    again = body(active=True)
    assert (await scoring.client.put(f"{PATH}/kept", again, match='"1"')).status_code == 409
    assert (await scoring.client.get(f"{PATH}/kept")).json()["active"] is False
    await put(scoring, "last", active=False)
    assert (await scoring.client.put(f"{PATH}/kept", again, match='"1"')).status_code == 200


async def test_S07_segments_are_listed_by_whether_they_are_in_use(scoring: Scoring) -> None:
    for name, active in (("a", True), ("b", False), ("c", True)):
        await put(scoring, name, active=active)
    for query, names in (("", "abc"), ("?active=true", "ac"), ("?active=false", "b")):
        items = (await scoring.client.get(PATH + query)).json()["items"]
        assert "".join(each["id"] for each in items) == names
    page = await scoring.client.get(f"{PATH}?active=true&limit=1")
    following = await scoring.client.get(page.headers["Link"].removeprefix("<").partition(">")[0])
    assert [each["id"] for each in following.json()["items"]] == ["c"]


@pytest.mark.parametrize("name", ["all", "best"])
async def test_S07_no_segment_takes_a_word_that_results_know(scoring: Scoring, name: str) -> None:
    answer = await scoring.client.put(f"{PATH}/{name}", body())
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/segment_id")
    assert not await scoring.fetch("select from app.segments")


async def test_S07_only_what_cards_are_held_against_draws_a_revision(scoring: Scoring) -> None:
    assert (await put(scoring, "kept", active=False))["revision"] == 0
    assert (await put(scoring, "spare", active=False))["revision"] == 0
    assert (await put(scoring, "kept", BOUGHT, active=False))["revision"] == 0, "nobody can be in it"
    assert (await put(scoring, "loyal"))["revision"] == 1
    renamed = await put(scoring, "loyal", name="The faithful", owner="other-team")
    assert (renamed["name"], renamed["version"], renamed["revision"]) == ("The faithful", 2, 1)
    assert renamed["changed_at"] > renamed["created_at"]
    assert (await put(scoring, "loyal", BOUGHT))["revision"] == 2
    assert (await put(scoring, "loyal", BOUGHT, active=False))["revision"] == 3
    assert (await put(scoring, "kept", BOUGHT))["revision"] == 4


async def test_S07_a_preview_says_what_the_evaluator_then_does(scoring: Scoring) -> None:
    """One definition of the fields: over the card as it is stored and as it is made."""
    await scoring.know(*(purchase(f"c{n}", f"p{n}", paid=f"{n + 1}.00") for n in range(9)))
    await evaluated(scoring)
    fields = (await scoring.client.get("/v1/segment-fields")).json()["items"]
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


async def test_W06_a_token_bound_to_stores_neither_defines_nor_lists_segments(scoring: Scoring) -> None:
    bound = scoring.client.issuer.token(stores=["330"])
    assert (await scoring.client.put(f"{PATH}/loyal", body(), bearer=bound)).status_code == 403
    await put(scoring)
    assert (await scoring.client.get(f"{PATH}/loyal/members", bearer=bound)).status_code == 403
    assert (await scoring.client.post(f"{PATH}/preview", {"rule": BOUGHT}, bearer=bound)).status_code == 403
    reader = scoring.client.issuer.token(["scoring:read"])
    assert (await scoring.client.put(f"{PATH}/other", body(), bearer=reader)).status_code == 403
    assert (await scoring.client.get(PATH, bearer=bound)).status_code == 200
