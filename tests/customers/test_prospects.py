"""C05: the life of an acquisition over REST: told, moved, refused, closed."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from shared.events import Money
from shared.events.customers import AcquisitionStageChanged
from tests.customers.prospects import BEGUN, NEW, PATH, begun, everything, known, refused, stages, step
from tests.support.client import Client

HOUR = timedelta(hours=1)
AT_TEN = "2026-03-01T10:00:00Z"


async def test_C05_every_field_comes_back(customers: Client) -> None:
    await known(customers)
    created = await customers.post("/v1/prospects", NEW)
    assert (created.status_code, created.headers["Location"]) == (201, PATH), created.text
    read = await customers.get(PATH)
    assert {name: read.json()[name] for name in NEW} == NEW
    rest = {name: value for name, value in read.json().items() if name not in {*NEW, "created_at"}}
    assert rest == {
        "id": "asha",
        "number": 1,
        "buying_type": "rational",
        "stage": "enquiry",
        "furthest": "enquiry",
        "stalled": datetime.now(UTC) > BEGUN + timedelta(days=30),
        "verdict": None,
        "outcome": None,
        "moved_at": NEW["occurred_at"],
        "bought_at": None,
        "closed_at": None,
        "version": 1,
    }
    assert (read.headers["ETag"], read.json()) == ('"1"', created.json())
    assert (await customers.get("/v1/prospects")).json()["items"] == [read.json()]


async def test_C05_an_enquiry_may_tell_as_little_as_whose_it_is(customers: Client) -> None:
    await known(customers, "ben", buying_type=None)
    before = datetime.now(UTC)
    created = (await customers.post("/v1/prospects", {"id": "ben", "customer_id": "ben"})).json()
    assert before <= datetime.fromisoformat(created["occurred_at"]) <= datetime.now(UTC)
    unknown = ("store_id", "product_id", "source", "supply", "demand", "buying_type", "cost")
    assert [created[name] for name in unknown] == [None] * 7
    assert created["stalled"] is False


async def test_C05_each_step_tells_its_stage_and_its_cost(customers: Client) -> None:
    await begun(customers)
    await step(customers, "qualify", verdict="qualified", occurred_at=AT_TEN)
    cost = {"amount": "7.5", "currency": "INR"}
    moved = await step(customers, "stage", stage="interaction", cost=cost, occurred_at=AT_TEN)
    assert (moved["stage"], moved["cost"]) == ("interaction", {"amount": "20.00", "currency": "INR"})
    await step(customers, "stage", stage="exchange", occurred_at="2026-03-01T13:00:00+02:00")
    over = await step(customers, "close", outcome="secured", occurred_at="2026-03-02T00:00:00Z")
    assert (over["outcome"], over["closed_at"]) == ("secured", "2026-03-02T00:00:00Z")
    told = [event for event in await customers.outbox() if isinstance(event.data, AcquisitionStageChanged)]
    assert [event.data for event in told] == [
        AcquisitionStageChanged(stage="enquiry", cost=Money.model_validate(NEW["cost"])),
        AcquisitionStageChanged(stage="interaction", cost=Money.model_validate({"amount": "7.50", "currency": "INR"})),
        AcquisitionStageChanged(stage="exchange"),
    ]
    assert [event.time for event in told] == [BEGUN, BEGUN + HOUR, BEGUN + 2 * HOUR]
    assert {(event.partitionkey, event.subject, event.storeid) for event in told} == {("asha", "asha", "330")}


async def test_C05_history_tells_who_moved_whom_and_why(customers: Client) -> None:
    await begun(customers)
    desk = customers.issuer.token(sub="desk-1")
    told = {"verdict": "later", "reason": "no money before May", "occurred_at": AT_TEN}
    await customers.post(f"{PATH}/qualify", told, match='"1"', bearer=desk)
    _, [judged, first], _ = await everything(customers)
    assert (judged["what"], judged["by"], judged["at"], judged["version"]) == ("qualify", "desk-1", AT_TEN, 2)
    assert judged["before"] == {"verdict": None, "reason": None}
    assert judged["after"] == {"verdict": "later", "reason": "no money before May"}
    assert (first["what"], first["before"], first["at"]) == ("begin", None, NEW["occurred_at"])
    assert first["after"]["source"] == "fair"
    assert not [event for event in await customers.outbox() if b"May" in event.to_json()]


async def test_C05_a_rational_buyer_moves_one_stage_at_a_time(customers: Client) -> None:
    await begun(customers)
    await refused(customers, "stage", "a rational buyer moves one stage at a time", stage="exchange")
    await refused(customers, "stage", "a rational buyer moves one stage at a time", stage="usage")
    for stage in ("interaction", "exchange", "usage"):
        assert (await step(customers, "stage", stage=stage))["stage"] == stage


async def test_C05_an_emotional_buyer_may_skip_and_what_was_left_out_is_noted(customers: Client) -> None:
    await begun(customers, profile={"buying_type": "emotional"})
    assert (await step(customers, "stage", stage="usage"))["furthest"] == "usage"
    _, [moved, _], _ = await everything(customers)
    assert moved["after"]["skipped"] == ["interaction", "exchange"]
    assert [stage for stage, _ in await stages(customers)] == ["enquiry", "usage"]


async def test_C05_who_nobody_noted_to_be_emotional_counts_as_rational(customers: Client) -> None:
    await begun(customers, profile={"buying_type": None})
    rule = "who is not known to be an emotional buyer moves one stage at a time"
    await refused(customers, "stage", rule, stage="exchange")
    await customers.call("PATCH", "/v1/customers/asha", {"buying_type": "emotional"}, match='"1"')
    assert (await step(customers, "stage", stage="exchange"))["buying_type"] == "emotional"


async def test_C05_backwards_needs_a_reason(customers: Client) -> None:
    await begun(customers)
    await step(customers, "stage", stage="interaction")
    await refused(customers, "stage", "needs a reason", stage="enquiry")
    back = await step(customers, "stage", stage="enquiry", reason="asked about another product")
    assert (back["stage"], back["furthest"]) == ("enquiry", "interaction")
    _, [moved, *_], _ = await everything(customers)
    assert moved["after"]["reason"] == "asked about another product"


async def test_C05_the_other_rules_refuse_by_their_names(customers: Client) -> None:
    await begun(customers)
    await refused(customers, "stage", "a step leads to another stage", stage="enquiry")
    early = "2026-03-01T08:59:59Z"
    for verb, told in (
        ("stage", {"stage": "interaction"}),
        ("qualify", {"verdict": "later"}),
        ("close", {"outcome": "lost"}),
    ):
        await refused(customers, verb, "steps never go back in time", occurred_at=early, **told)
    await refused(customers, "close", "secured at exchange or usage", outcome="secured")
    dollars = {"amount": "1.00", "currency": "USD"}
    await refused(customers, "stage", "in one currency, here INR", stage="interaction", cost=dollars)
    await step(customers, "stage", stage="interaction")
    await step(customers, "qualify", verdict="unqualified")
    await refused(customers, "stage", "an unqualified prospect is not brought to exchange", stage="exchange")
    await step(customers, "close", outcome="lost")
    for verb, told in (
        ("stage", {"stage": "exchange"}),
        ("qualify", {"verdict": "qualified"}),
        ("close", {"outcome": "lost"}),
    ):
        await refused(customers, verb, "what is closed does not move", **told)


@pytest.mark.parametrize(("match", "status"), [(None, 428), ('"2"', 412), ('W/"1"', 412)])
@pytest.mark.parametrize(
    ("verb", "told"),
    [("stage", {"stage": "interaction"}), ("qualify", {"verdict": "later"}), ("close", {"outcome": "lost"})],
    ids=["stage", "qualify", "close"],
)
async def test_C05_every_step_needs_the_version(
    customers: Client, verb: str, told: dict[str, str], match: str | None, status: int
) -> None:
    await begun(customers)
    before = await everything(customers)
    assert (await customers.post(f"{PATH}/{verb}", told, match=match)).status_code == status
    assert await everything(customers) == before


async def test_C05_two_employees_move_one_prospect_at_once_and_one_wins(customers: Client) -> None:
    await begun(customers, profile={"buying_type": "emotional"})
    asked = [
        customers.post(f"{PATH}/stage", {"stage": to, "cost": NEW["cost"]}, match='"1"')
        for to in ("interaction", "exchange", "usage") * 5
    ]
    answers = await asyncio.gather(*asked)
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 14
    [won] = [answer.json() for answer in answers if answer.status_code == 200]
    read, told, _ = await everything(customers)
    assert (read, read["version"], read["cost"]["amount"]) == (won, 2, "25.00")
    assert [change["what"] for change in told] == ["move", "begin"]
    assert [stage for stage, _ in await stages(customers)] == ["enquiry", won["stage"]]
