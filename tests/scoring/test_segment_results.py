"""What closes found of segments, over REST: S07, S08, S10."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.events.customers import ConsentGranted
from shared.events.loyalty import CampaignAnswered, CampaignDelivered
from tests.scoring.conftest import Scoring
from tests.scoring.test_close import AS_OF, close, offer
from tests.support.told import NOON, purchase, told
from tests.web.test_openapi_answers import sent, told_of

RULE = {"field": "purchase_days", "is": "ge", "value": 1}
CLOSED = datetime(2026, 3, 10, tzinfo=UTC)
BEGINS = "2025-12-10T00:00:00Z"
"""Of the last period; of a close by whose reference it is known who was a member then."""
BEFORE = CLOSED - timedelta(days=120)
PATHS = ["/v1/segments/buyers/profit", "/v1/effectiveness?segment=buyers"]
PATHS += ["/v1/segments/buyers/propensity", "/v1/segments/buyers/profile", "/v1/propensity"]


async def get(scoring: Scoring, path: str) -> dict[str, Any]:
    answer = await scoring.client.get(path)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def define(scoring: Scoring, segment: str = "buyers") -> None:
    body = {"name": "Buyers", "owner": "crm", "rule": RULE}
    answer = await scoring.client.put(f"/v1/segments/{segment}", body)
    assert answer.status_code == 201, answer.text


async def campaign(scoring: Scoring, customer: str, *, control: bool) -> None:
    """Campaign 7 is sent to a customer who agreed to it, in February, or is not."""
    sent = datetime(2026, 2, 1, tzinfo=UTC)
    delivered = CampaignDelivered(
        campaign_id="7",
        kind="personal",
        purpose="marketing",
        channel="mail",
        valid_until=sent + timedelta(days=20),
        control=control,
    )
    given = ConsentGranted(purpose="marketing", channel="mail")
    await scoring.know(
        told(given, customer, "marketing:mail", BEFORE), told(delivered, customer, f"7:{customer}", sent)
    )


async def populate(scoring: Scoring) -> None:
    """Ten who bought 120 days before the close, all of whom campaign 7 is for; five are held back, three answer."""
    await offer(scoring, "GROCERY", "DELI")
    for n in range(10):
        name = f"c{n}"
        await scoring.know(purchase(name, f"old{n}", BEFORE, "8.00"), purchase(name, f"new{n}", NOON, "12.00"))
        await campaign(scoring, name, control=n >= 5)
    answered = CampaignAnswered(campaign_id="7", kind="redeemed")
    await scoring.know(*(told(answered, f"c{n}", f"7:c{n}", datetime(2026, 2, 2, tzinfo=UTC)) for n in range(3)))
    await scoring.know(purchase("new", "first", NOON, "4.00"))
    await close(scoring, BEGINS)


async def test_S10_profit_of_a_segment(scoring: Scoring) -> None:
    await populate(scoring)
    await define(scoring)
    await close(scoring)
    profit = await get(scoring, "/v1/segments/buyers/profit")
    assert (profit["segment"], profit["segment_version"], profit["as_of"], profit["revision"]) == (
        "buyers",
        1,
        AS_OF,
        1,
    )
    assert profit["now"] == {"starts": "2025-12-10T00:00:00Z", "ends": AS_OF}
    assert profit["customers"] == 10, "the one who came later was no member then"
    usd = profit["currencies"]["USD"]
    assert (usd["now"]["revenue"], usd["before"]["revenue"]) == ("120.00", "80.00")
    assert (usd["now"]["contribution"], usd["change"]) == ("30.0000", "10.0000")
    everybody = await get(scoring, "/v1/segments/all/profit")
    assert (everybody["customers"], everybody["segment_version"]) == (11, None)
    assert everybody["currencies"]["USD"]["now"]["new_customers"]["purchases"] == 1


async def test_S10_effectiveness_before_and_after(scoring: Scoring) -> None:
    await populate(scoring)
    await define(scoring)
    await close(scoring)
    told = await get(scoring, "/v1/effectiveness?segment=buyers")
    assert told["before"]["period"] == {"starts": "2025-09-11T00:00:00Z", "ends": "2025-12-10T00:00:00Z"}
    assert (told["now"]["retention"]["count"], told["now"]["retention"]["n"]) == (10, 10)
    assert told["now"]["tailored"]["share"] == 0.6, "three of the five personal offers were taken"
    assert told["now"]["money"]["USD"]["cost"] == "90.0000"
    assert (await get(scoring, "/v1/effectiveness"))["segment"] == "all"


async def test_S08_propensity_and_lift(scoring: Scoring) -> None:
    await populate(scoring)
    await define(scoring)
    await close(scoring)
    told = await get(scoring, "/v1/segments/buyers/propensity")
    personal = told["kinds"]["personal"]
    assert [personal[name] for name in ("exposures", "responses", "held_back", "share")] == [5, 3, 5, None]
    sent = told["campaigns"]["7"]
    assert (sent["lift"], sent["reason"].split(";")[1]) == (None, " 30 of each are needed")
    assert told["since"] == "2025-12-10T00:00:00Z"
    assert told["base"]["total"]["exposures"] == 5
    base = await get(scoring, "/v1/propensity")
    assert (base["campaigns"]["7"]["responses"], base["since"]) == (3, "2025-03-10T00:00:00Z")


async def test_S07_the_profile_of_a_segment(scoring: Scoring) -> None:
    await populate(scoring)
    await define(scoring)
    await close(scoring)
    told = await get(scoring, "/v1/segments/buyers/profile")
    assert [told[name] for name in ("customers", "before", "entered", "left", "share")] == [11, 10, 1, 0, 1.0]
    assert told["attractiveness"]["parts"]["growth"] == round(1100 / 21, 4)
    assert told["base"]["customers"] == 11
    assert told["best"] is None, "too few for a value model"
    assert (await get(scoring, "/v1/segments/all/profile"))["attractiveness"] is None


async def test_S10_before_a_reference_held_nobody_is_told_to_have_been_a_member(scoring: Scoring) -> None:
    await scoring.know(purchase("asha", "old", BEFORE), purchase("asha", "new", NOON))
    await define(scoring)
    await close(scoring)
    reason = "no reference held at the period's start"
    for path in ("profit", "propensity", "profile"):
        assert (await get(scoring, f"/v1/segments/buyers/{path}"))["reason"] == reason
    assert (await get(scoring, "/v1/segments/buyers/profit"))["customers"] is None
    assert (await get(scoring, "/v1/segments/buyers/propensity"))["total"] is None
    effect = await get(scoring, "/v1/effectiveness?segment=buyers")
    assert (effect["reason"], effect["customers"], effect["now"]["retention"]["share"]) == (reason, None, None)
    assert (await get(scoring, "/v1/effectiveness"))["customers"] == 1


async def test_S10_what_no_close_has_seen_is_told_so(scoring: Scoring) -> None:
    answer = await scoring.client.get("/v1/segments/buyers/profit")
    assert (answer.status_code, answer.json()["detail"]) == (404, "no segment buyers")
    await define(scoring)
    answer = await scoring.client.get("/v1/segments/buyers/profit")
    assert (answer.status_code, answer.json()["detail"]) == (404, "no close has been made by then: close first")
    await scoring.know(purchase("asha", "p"))
    await close(scoring)
    await define(scoring, "later")
    answer = await scoring.client.get("/v1/segments/later/profit")
    assert answer.json()["detail"] == f"the close as of {AS_OF} tells nothing of later: close first"
    assert (await scoring.client.get("/v1/segments/buyers/profit?as_of=2026-03-09T00:00:00Z")).status_code == 404
    assert (await scoring.client.get(f"/v1/segments/buyers/profit?as_of={AS_OF}")).status_code == 200
    assert (await scoring.client.get("/v1/segments/buyers/profit?as_of=2099-03-09T00:00:00Z")).status_code == 422


@pytest.mark.parametrize("closed", [False, True])
async def test_S10_only_a_profile_is_told_of_the_best(scoring: Scoring, closed: bool) -> None:
    if closed:
        await scoring.know(purchase("asha", "p"))
        await close(scoring)
    for path in ("/v1/segments/best/profit", "/v1/segments/best/propensity", "/v1/effectiveness?segment=best"):
        answer = await scoring.client.get(path)
        assert (answer.status_code, answer.json()["detail"]) == (404, "only a profile is told of best")


@pytest.mark.parametrize("path", PATHS)
async def test_W03_results_answer_with_the_headers_that_are_told(scoring: Scoring, path: str) -> None:
    await define(scoring)
    await scoring.know(purchase("asha", "p"))
    await close(scoring)
    answer = await scoring.client.get(path)
    assert answer.status_code == 200
    assert set(told_of("scoring", "GET", path.partition("?")[0]).done["200"].get("headers", {})) == sent(answer.headers)


@pytest.mark.parametrize("path", PATHS)
async def test_W06_a_token_bound_to_stores_reads_no_segment_s_results(scoring: Scoring, path: str) -> None:
    bound = scoring.client.issuer.token(stores=["330"])
    assert (await scoring.client.get(path, bearer=bound)).status_code == 403
