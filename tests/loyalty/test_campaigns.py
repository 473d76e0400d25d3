"""L06: campaigns, their deliveries and control groups, and the responses."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from services.loyalty.campaigns.domain import held_back
from shared.events.loyalty import CampaignAnswered, CampaignDelivered
from tests.loyalty.bills import pointers, rows
from tests.support.client import Client

CAMPAIGN = {
    "id": "18",
    "name": "Autumn",
    "kind": "personal",
    "offer_kind": "coupon",
    "starts_on": "2017-10-30",
    "ends_on": "2017-12-24",
    "control_share": "0",
}
DELIVERIES, RESPONSES = "/v1/campaigns/18/deliveries", "/v1/campaigns/18/responses"
Entry = dict[str, Any]


def delivery(customer: str = "asha", **changes: Any) -> Entry:
    return {"customer_id": customer, "delivered_at": "2017-10-30T00:00:00Z"} | changes


def response(customer: str = "asha", **changes: Any) -> Entry:
    return {"customer_id": customer, "responded_at": "2017-11-01T10:00:00Z", "kind": "redeemed"} | changes


async def deliver(loyalty: Client, *entries: Entry) -> tuple[int, Any]:
    answer = await loyalty.post(DELIVERIES, {"deliveries": entries})
    return answer.status_code, answer.json()


async def answer(loyalty: Client, *entries: Entry) -> tuple[int, Any]:
    found = await loyalty.post(RESPONSES, {"responses": entries})
    return found.status_code, found.json()


async def test_L06_a_campaign_is_created_once(loyalty: Client) -> None:
    first = await loyalty.post("/v1/campaigns", CAMPAIGN)
    again = await loyalty.post("/v1/campaigns", CAMPAIGN | {"purpose": "marketing", "control_share": "0.0"})
    other = await loyalty.post("/v1/campaigns", CAMPAIGN | {"kind": "mass"})
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert first.headers["Location"] == "/v1/campaigns/18"
    assert (await loyalty.get("/v1/campaigns/18")).json() == first.json() == again.json()
    await loyalty.post("/v1/campaigns", CAMPAIGN | {"id": "19"})
    page = (await loyalty.get("/v1/campaigns?limit=1")).json()
    rest = (await loyalty.get(f"/v1/campaigns?cursor={page['next']}")).json()
    assert [found["id"] for found in page["items"] + rest["items"]] == ["18", "19"]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"control_share": "1"}, "/control_share"),
        ({"control_share": 0}, "/control_share"),
        ({"ends_on": "2017-10-29"}, "/ends_on"),
        ({"ends_on": "9999-12-31"}, "/ends_on"),
        ({"kind": "viral"}, "/kind"),
        ({"surprise": 1}, "/surprise"),
    ],
)
async def test_L06_bad_campaigns_point_at_the_field(loyalty: Client, changes: dict[str, Any], pointer: str) -> None:
    answer = await loyalty.post("/v1/campaigns", CAMPAIGN | changes)
    assert (answer.status_code, pointers(answer.json())) == (422, [pointer])


async def test_L06_a_customer_is_reached_once(loyalty: Client) -> None:
    await loyalty.post("/v1/campaigns", CAMPAIGN)
    assert await deliver(loyalty, delivery(), delivery("ben"), delivery()) == (
        200,
        {"accepted": 2, "held_back": 0, "duplicate": 1, "control": [], "withheld": []},
    )
    assert await deliver(loyalty, delivery(), delivery("cleo")) == (
        200,
        {"accepted": 1, "held_back": 0, "duplicate": 1, "control": [], "withheld": []},
    )
    events = await loyalty.outbox()
    assert [event.partitionkey for event in events] == ["asha", "ben", "cleo"]
    told = events[0].data
    assert isinstance(told, CampaignDelivered)
    assert (events[0].subject, events[0].time.isoformat()) == ("18:asha", "2017-10-30T00:00:00+00:00")
    assert (told.campaign_id, told.kind, told.purpose, told.channel) == ("18", "personal", "marketing", "mail")
    assert (str(told.valid_until), told.control) == ("2017-12-25 00:00:00+00:00", False)


async def test_L06_a_known_delivery_is_not_told_otherwise(loyalty: Client) -> None:
    await loyalty.post("/v1/campaigns", CAMPAIGN)
    await deliver(loyalty, delivery())
    for other in (delivery(channel="app"), delivery(delivered_at="2017-10-31T00:00:00Z")):
        status, problem = await deliver(loyalty, delivery("ben"), other)
        assert (status, pointers(problem)) == (409, ["/deliveries/1/customer_id"])
    status, problem = await deliver(loyalty, delivery("ben"), delivery("ben", channel="app"))
    assert (status, pointers(problem)) == (409, ["/deliveries/1/customer_id"])
    early = delivery("ben", delivered_at="2017-10-29T23:59:59Z")
    status, problem = await deliver(loyalty, delivery("cleo"), early)
    assert (status, pointers(problem)) == (422, ["/deliveries/1/delivered_at"])
    assert await rows(loyalty, "select customer_id from deliveries") == [("asha",)]
    assert len(await loyalty.outbox()) == 1


async def test_L06_every_different_response_counts_and_identical_ones_once(loyalty: Client) -> None:
    await loyalty.post("/v1/campaigns", CAMPAIGN)
    await deliver(loyalty, delivery())
    later = response(responded_at="2017-11-02T10:00:00Z")
    sent = (response(), response(), response(kind="clicked"), later)
    assert await answer(loyalty, *sent) == (200, {"accepted": 3, "duplicate": 1})
    assert await answer(loyalty, *sent) == (200, {"accepted": 0, "duplicate": 4})
    events = (await loyalty.outbox())[1:]
    assert all(isinstance(event.data, CampaignAnswered) for event in events)
    assert {(event.subject, event.partitionkey) for event in events} == {("18:asha", "asha")}
    assert len({event.id for event in events}) == 3


async def test_L06_a_response_needs_a_delivery_before_it(loyalty: Client) -> None:
    await loyalty.post("/v1/campaigns", CAMPAIGN)
    await deliver(loyalty, delivery())
    status, problem = await answer(loyalty, response(), response("ben"))
    assert (status, pointers(problem)) == (422, ["/responses/1/customer_id"])
    status, problem = await answer(loyalty, response(), response(responded_at="2017-10-29T10:00:00Z"))
    assert (status, pointers(problem)) == (422, ["/responses/1/responded_at"])
    assert await rows(loyalty, "select count(*) from responses") == [(0,)]
    assert len(await loyalty.outbox()) == 1


async def test_L06_deliveries_at_once_count_once(loyalty: Client) -> None:
    await loyalty.post("/v1/campaigns", CAMPAIGN)
    many = [delivery(f"c{n}") for n in range(2000)]
    answers = await asyncio.gather(*(deliver(loyalty, *sent) for sent in (many, many[::-1], many)))
    assert [status for status, _ in answers] == [200] * 3
    assert sum(told["accepted"] for _, told in answers) == 2000
    assert len(await loyalty.outbox()) == 2000


async def test_L06_an_unknown_campaign_and_a_store_s_token_are_refused(loyalty: Client) -> None:
    assert (await deliver(loyalty, delivery()))[0] == 404
    assert (await answer(loyalty, response()))[0] == 404
    bearer = loyalty.issuer.token(stores=["330"])
    assert (await loyalty.post("/v1/campaigns", CAMPAIGN, bearer=bearer)).status_code == 403
    await loyalty.post("/v1/campaigns", CAMPAIGN)
    refused = await loyalty.post(DELIVERIES, {"deliveries": [delivery()]}, bearer=bearer)
    assert refused.status_code == 403
    assert (await loyalty.get("/v1/campaigns/18", bearer=bearer)).status_code == 200


@pytest.mark.parametrize("entries", [[], [delivery(surprise=1)], [delivery("a b")], [delivery(delivered_at="now")]])
async def test_L06_bad_deliveries_change_nothing(loyalty: Client, entries: list[Entry]) -> None:
    await loyalty.post("/v1/campaigns", CAMPAIGN)
    assert (await deliver(loyalty, *entries))[0] == 422
    assert await loyalty.outbox() == []


def test_L06_the_draw_is_the_same_for_everybody_who_makes_it() -> None:
    # `printf 18:ben | sha256sum` begins with 9ea790e9a418f0c6; over 2^64 that is 0.6197443…
    assert not held_back("18", "ben", Decimal("0.619744"))
    assert held_back("18", "ben", Decimal("0.619745"))
    assert not held_back("18", "ben", Decimal(0))


def test_L06_as_many_are_held_back_as_the_share_says_and_others_in_each_campaign() -> None:
    share, everybody = Decimal("0.1"), [f"c{n}" for n in range(10_000)]
    first, second = ({name for name in everybody if held_back(campaign, name, share)} for campaign in ("18", "19"))
    assert abs(len(first) - 1000) < 120, "four standard deviations of 30 each"
    assert len(first & second) < 150, "about a tenth of a tenth"


async def test_L06_a_control_group_is_held_back(loyalty: Client) -> None:
    await loyalty.post("/v1/campaigns", CAMPAIGN | {"control_share": "0.5"})
    names = [f"c{n}" for n in range(100)]
    held = {name for name in names if held_back("18", name, Decimal("0.5"))}
    assert 30 < len(held) < 70
    told = {
        "accepted": 100 - len(held),
        "held_back": len(held),
        "duplicate": 0,
        "control": sorted(held),
        "withheld": [],
    }
    assert await deliver(loyalty, *map(delivery, names)) == (200, told)
    told = {"accepted": 0, "held_back": 0, "duplicate": 100, "control": sorted(held), "withheld": []}
    assert await deliver(loyalty, *map(delivery, names)) == (200, told)
    events = [(event.partitionkey, event.data) for event in await loyalty.outbox()]
    assert {name for name, data in events if isinstance(data, CampaignDelivered) and data.control} == held
    assert len(events) == 100
    assert await rows(loyalty, "select count(*) from deliveries where held_back") == [(len(held),)]


async def test_L06_who_was_held_back_can_not_answer(loyalty: Client) -> None:
    await loyalty.post("/v1/campaigns", CAMPAIGN | {"control_share": "0.5"})
    names = [f"c{n}" for n in range(20)]
    await deliver(loyalty, *map(delivery, names))
    held = next(name for name in names if held_back("18", name, Decimal("0.5")))
    reached = next(name for name in names if not held_back("18", name, Decimal("0.5")))
    status, problem = await answer(loyalty, response(reached), response(held))
    assert (status, pointers(problem)) == (422, ["/responses/1/customer_id"])
    assert await rows(loyalty, "select count(*) from responses") == [(0,)]
    assert await answer(loyalty, response(reached)) == (200, {"accepted": 1, "duplicate": 0})


async def withdraw(loyalty: Client, match: str | None = '"1"', **body: Any) -> int:
    return (await loyalty.post("/v1/campaigns/18/withdraw", body, match=match)).status_code


async def test_L06_a_withdrawn_campaign_reaches_nobody_from_then_on(loyalty: Client) -> None:
    await loyalty.post("/v1/campaigns", CAMPAIGN)
    await deliver(loyalty, delivery())
    end = "2017-11-05T00:00:00Z"
    assert [await withdraw(loyalty, match, occurred_at=end) for match in (None, '"9"')] == [428, 412]
    assert await withdraw(loyalty, occurred_at="2017-10-30T00:00:00Z") == 409, "it reached somebody then"
    assert await withdraw(loyalty, occurred_at=end, reason="x") == 422
    assert await withdraw(loyalty, occurred_at=end) == 200
    assert await withdraw(loyalty, '"2"') == 409, "it was withdrawn already"
    status, problem = await deliver(loyalty, delivery("ben"), delivery("cleo", delivered_at=end))
    assert (status, pointers(problem)) == (409, ["/deliveries/1/delivered_at"])
    assert await rows(loyalty, "select customer_id from deliveries") == [("asha",)]
    assert (await deliver(loyalty, delivery(), delivery("ben")))[0] == 200, "what was sent before may be told"
    assert (await answer(loyalty, response(responded_at="2017-11-06T00:00:00Z")))[0] == 200, "the offer stays valid"
    assert (await loyalty.get("/v1/campaigns/18")).json()["withdrawn_at"] == end
    verbs = [change["what"] for change in (await loyalty.get("/v1/campaigns/18/history")).json()["items"]]
    assert verbs == ["withdraw", "create"]
    bearer = loyalty.issuer.token(stores=["330"])
    assert (await loyalty.post("/v1/campaigns/18/withdraw", {}, match='"2"', bearer=bearer)).status_code == 403


async def test_L06_two_who_withdraw_at_once_and_deliveries_beside_them(loyalty: Client) -> None:
    await loyalty.post("/v1/campaigns", CAMPAIGN)
    at = "2017-11-05T00:00:00Z"
    work: list[Any] = [withdraw(loyalty, "*", occurred_at=at), withdraw(loyalty, "*", occurred_at=at)]
    *sent, one, two = await asyncio.gather(
        *(deliver(loyalty, delivery(f"c{n}", delivered_at=at)) for n in range(6)), *work
    )
    accepted = [status for status, _ in sent].count(200)
    assert {status for status, _ in sent} <= {200, 409}
    assert sorted([one, two]) == ([409, 409] if accepted else [200, 409]), "reached first, or withdrawn first"
    assert await rows(loyalty, "select count(*) from deliveries") == [(accepted,)]


async def test_L06_campaigns_are_found_by_kind_and_segment(loyalty: Client) -> None:
    for name, changes in {"a": {}, "b": {"kind": "mass"}, "c": {"segment_id": "best"}}.items():
        await loyalty.post("/v1/campaigns", CAMPAIGN | {"id": name} | changes)
    for query, names in {"kind=personal": "ac", "segment_id=best": "c", "kind=mass&segment_id=best": ""}.items():
        items = (await loyalty.get(f"/v1/campaigns?{query}")).json()["items"]
        assert [found["id"] for found in items] == list(names), query
    assert (await loyalty.get("/v1/campaigns?kind=viral")).status_code == 422
