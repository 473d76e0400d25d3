"""L06: what came of a campaign: one answer per contact, redemptions tied to purchases, lift over the control group."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from rich.console import Console

from deploy.sample.campaign_results import compare
from deploy.sample.entities import create_campaigns, tell_contacts
from deploy.sample.progress import Progress
from deploy.sample.reference import campaigns
from deploy.sample.remote import Remote
from services.loyalty.campaigns.domain import Group, lift, share
from shared.events import Event
from shared.events.customers import CustomerErased
from shared.events.loyalty import CampaignAnswered
from tests.loyalty.bills import bill, pointers, rows
from tests.loyalty.contacting import DAY, NOW, heard, merged, planned, sent
from tests.support.client import Client
from tests.support.told import purchase, told

THEN = NOW - 20 * DAY
"""When the campaign reached them: history, so that nothing is judged."""
EVERYBODY = range(10_000)


def bought(customer: str, name: str, days: float, campaign: str | None = "new") -> Event:
    """A purchase so many days after the delivery that names the campaign."""
    event = purchase(customer, name, THEN + timedelta(days=days))
    return event.model_copy(update={"data": event.data.model_copy(update={"campaign_id": campaign})})


def response(customer: str, days: float, kind: str = "redeemed", **more: Any) -> dict[str, Any]:
    """An answer so many days after the delivery."""
    return {"customer_id": customer, "responded_at": (THEN + timedelta(days=days)).isoformat(), "kind": kind} | more


async def answered(loyalty: Client, campaign: str, *entries: dict[str, Any]) -> httpx.Response:
    return await loyalty.post(f"{campaign}/responses", {"responses": entries})


async def results(loyalty: Client, campaign: str) -> dict[str, Any]:
    found: dict[str, Any] = (await loyalty.get(f"{campaign}/results")).json()
    return found


async def responses(loyalty: Client) -> list[tuple[Any, ...]]:
    """Whose they are, how many days after the delivery, and by which purchase."""
    found = await rows(loyalty, "select customer_id, responded_at, kind, purchase_id from responses order by 1, 2")
    return [(who, (at - THEN) / DAY, kind, name) for who, at, kind, name in found]


async def told_answers(loyalty: Client) -> list[tuple[str, datetime, str | None]]:
    """The answers that the outbox tells."""
    events = await loyalty.outbox()
    return [
        (event.partitionkey, event.time, event.data.purchase_id)
        for event in events
        if isinstance(event.data, CampaignAnswered)
    ]


async def sold(loyalty: Client, name: str, customer: str, days: float, **more: Any) -> None:
    """A purchase that this service stores."""
    body = bill(id=name, customer_id=customer, occurred_at=(THEN + timedelta(days=days)).isoformat(), **more)
    assert (await loyalty.post("/v1/purchases", body)).status_code == 201


async def given(loyalty: Client, name: str, customer: str) -> None:
    """The bill was this customer's."""
    body = {"occurred_at": NOW.isoformat(), "reason": "miskeyed", "customer_id": customer}
    assert (await loyalty.post(f"/v1/purchases/{name}/corrections", body, match='"1"')).status_code == 201


async def test_L06_a_purchase_that_names_the_campaign_redeems_it_once(loyalty: Client) -> None:
    campaign = await planned(loyalty)
    await sent(loyalty, campaign, "asha", "ben", at=THEN)
    for _ in range(2):
        await heard(loyalty, bought("asha", "b1", 3), bought("asha", "b1", 3), bought("ben", "b2", 0))
    assert await responses(loyalty) == [("asha", 3, "redeemed", "b1"), ("ben", 0, "redeemed", "b2")]
    assert await told_answers(loyalty) == [("asha", THEN + 3 * DAY, "b1"), ("ben", THEN, "b2")]


async def test_L06_only_a_valid_offer_is_redeemed_by_who_had_it(loyalty: Client) -> None:
    campaign = await planned(loyalty, ends_on=f"{THEN + 5 * DAY:%Y-%m-%d}")
    await sent(loyalty, campaign, "asha", at=THEN)
    held = await planned(loyalty, "held", control_share="0.999999")
    await sent(loyalty, held, "asha", at=THEN)
    begins = THEN.replace(hour=0, minute=0, second=0)
    over = (begins + 6 * DAY - THEN) / DAY
    await heard(
        loyalty,
        bought("asha", "early", -0.001),
        bought("asha", "late", over),
        bought("ben", "not-theirs", 1),
        bought("asha", "held-back", 1, campaign="held"),
        bought("asha", "unknown", 1, campaign="nowhere"),
        bought("asha", "none", 1, campaign=None),
        bought("store:330", "anonymous", 1),
    )
    assert await responses(loyalty) == []
    await heard(loyalty, bought("asha", "last", over - 0.0001))
    assert [row[3] for row in await responses(loyalty)] == ["last"]


async def test_L06_a_redemption_is_one_whoever_tells_it(loyalty: Client) -> None:
    campaign = await planned(loyalty)
    names = ("asha", "ben", "cleo")
    await sent(loyalty, campaign, *names, at=THEN)
    for name in names:
        await sold(loyalty, f"b-{name}", name, 3)
    first = await answered(loyalty, campaign, response("asha", 5, purchase_id="b-asha"), response("ben", 3))
    assert first.json() == {"accepted": 2, "duplicate": 0}
    await heard(loyalty, *(bought(name, f"b-{name}", 3) for name in names))
    late = await answered(loyalty, campaign, response("cleo", 4, purchase_id="b-cleo"), response("cleo", 3))
    assert late.json() == {"accepted": 0, "duplicate": 2}
    assert await responses(loyalty) == [
        ("asha", 5, "redeemed", "b-asha"),
        ("ben", 3, "redeemed", "b-ben"),
        ("cleo", 3, "redeemed", "b-cleo"),
    ]
    assert len(await told_answers(loyalty)) == 3


async def test_L06_a_redemption_told_twice_at_once_is_one(loyalty: Client) -> None:
    campaign = await planned(loyalty)
    await sent(loyalty, campaign, "asha", at=THEN)
    await sold(loyalty, "b1", "asha", 3)
    entries = [response("asha", days, purchase_id="b1") for days in (3, 4, 5)]
    work = [answered(loyalty, campaign, entry) for entry in entries]
    await asyncio.gather(*work, heard(loyalty, bought("asha", "b1", 3)))
    assert len(await responses(loyalty)) == len(await told_answers(loyalty)) == 1


async def test_L06_a_named_purchase_is_the_customer_s_and_not_before(loyalty: Client) -> None:
    campaign = await planned(loyalty)
    await sent(loyalty, campaign, "asha", "till-7", at=THEN)
    await sold(loyalty, "early", "asha", -1)
    await sold(loyalty, "ben-s", "ben", 1)
    await sold(loyalty, "of-till", "till-7", 1)
    good = response("asha", 2)
    for name in ("early", "ben-s", "nowhere", "of-till"):
        refused = await answered(loyalty, campaign, good, response("asha", 1, purchase_id=name))
        assert (refused.status_code, pointers(refused.json())) == (422, ["/responses/1/purchase_id"]), name
    clicked = await answered(loyalty, campaign, response("asha", 1, "clicked", purchase_id="of-till"))
    assert (clicked.status_code, pointers(clicked.json())) == (422, ["/responses/0/purchase_id"])
    assert await responses(loyalty) == await told_answers(loyalty) == []
    await heard(loyalty, merged("till-7", "asha"))
    assert (await answered(loyalty, campaign, response("asha", 1, purchase_id="of-till"))).status_code == 200


async def test_L06_who_was_merged_redeems_what_was_sent_to_the_other_id(loyalty: Client) -> None:
    campaign = await planned(loyalty)
    await sent(loyalty, campaign, "asha", "ben", at=THEN)
    await heard(loyalty, merged("till-7", "asha"), merged("ben", "asha"))
    await heard(loyalty, bought("till-7", "b1", 1), bought("ben", "b2", 2))
    assert await responses(loyalty) == [("asha", 1, "redeemed", "b1"), ("ben", 2, "redeemed", "b2")]
    found = await results(loyalty, campaign)
    assert (found["delivered"], found["answered"]["count"], found["redeemed_purchases"]) == (1, 1, 2)


async def test_L06_the_erased_redeem_nothing(loyalty: Client) -> None:
    campaign = await planned(loyalty)
    await sent(loyalty, campaign, "asha", at=THEN)
    await heard(loyalty, bought("asha", "b1", 1))
    await heard(loyalty, told(CustomerErased(erasure_id="e1"), "asha", "asha"))
    await heard(loyalty, bought("asha", "b2", 1))
    assert await responses(loyalty) == []
    assert (await results(loyalty, campaign))["delivered"] == 0


async def test_L06_a_contact_answers_once_and_its_first_answer_counts(loyalty: Client) -> None:
    campaign = await planned(loyalty)
    await sent(loyalty, campaign, "asha", "ben", "cleo", "dora", at=THEN)
    await sold(loyalty, "b1", "asha", 3)
    await sold(loyalty, "b2", "ben", 3, currency="EUR")
    entries = [response("asha", 2, "clicked"), response("asha", 3, purchase_id="b1"), response("cleo", 1, "declined")]
    await answered(loyalty, campaign, *entries, response("ben", 3, purchase_id="b2"))
    back = {"line": 1, "quantity": "1", "refund_amount": "4.75"}
    body = {"occurred_at": NOW.isoformat(), "reason": "unwanted", "lines": [back]}
    assert (await loyalty.post("/v1/purchases/b1/returns", body)).status_code == 201
    assert await results(loyalty, campaign) == {
        "campaign_id": "new",
        "delivered": 4,
        "answered": {"n": 4, "count": 3, "rate": 0.75, "interval": [0.3006, 0.9544]},
        "by_kind": {"clicked": 1, "declined": 1, "redeemed": 1},
        "redeemed_purchases": 2,
        "redeemed_amount": {"EUR": "9.50", "USD": "4.75"},
        "treated": None,
        "control": None,
        "lift": None,
    }
    first, *_, last = (await loyalty.get(f"{campaign}/deliveries")).json()["items"]
    assert (first["customer_id"], first["answer_kind"]) == ("asha", "clicked")
    assert (last["customer_id"], last["answered_at"], last["answer_kind"]) == ("dora", None, None)
    bound = loyalty.issuer.token(stores=["330"])
    for path in ("deliveries", "results"):
        assert (await loyalty.get(f"{campaign}/{path}", bearer=bound)).status_code == 403


async def test_L06_lift_is_over_those_who_were_held_back(loyalty: Client) -> None:
    campaign = await planned(loyalty, control_share="0.5")
    names = [f"c{n}" for n in range(40)]
    control = (await sent(loyalty, campaign, *names, at=THEN))["control"]
    treated = sorted(set(names) - set(control))
    buyers = treated[:6] + control[:2]
    for name in buyers:
        await sold(loyalty, f"b-{name}", name, 1)
        await sold(loyalty, f"again-{name}", name, 2)
    await sold(loyalty, "before", treated[7], -60)
    await sold(loyalty, "a-stranger-s", treated[9], 1)
    await given(loyalty, "a-stranger-s", "stranger")
    await sold(loyalty, "for-nobody", treated[8], 1, simulated=True)
    found = await results(loyalty, campaign)
    assert (found["treated"]["n"], found["treated"]["count"]) == (len(treated), 6)
    assert (found["control"]["n"], found["control"]["count"]) == (len(control), 2)
    difference = lift(Group(len(treated), 6), Group(len(control), 2))
    assert found["lift"] == {"difference": difference.value, "interval": list(difference.interval)}
    assert (found["delivered"], found["answered"]["count"]) == (len(treated), 0)


@pytest.mark.parametrize("share_held", ["0", "0.999999"])
async def test_L06_a_campaign_that_reached_nobody_has_no_rates(loyalty: Client, share_held: str) -> None:
    campaign = await planned(loyalty, control_share=share_held)
    if share_held != "0":
        await sent(loyalty, campaign, "asha", at=THEN)
    found = await results(loyalty, campaign)
    assert found["answered"] == {"n": 0, "count": 0, "rate": None, "interval": None}
    assert (found["lift"], found["redeemed_amount"]) == (None, {})
    assert (await loyalty.get("/v1/campaigns/nowhere/results")).status_code == 404


def test_L06_intervals_are_the_published_ones() -> None:
    # Newcombe 1998: of one share, table I, method 3; of a difference, table II, method 10.
    assert share(Group(263, 81)) == (round(81 / 263, 4), (0.2553, 0.3662))
    assert share(Group(0, 0)) is None
    assert lift(Group(70, 56), Group(80, 48)) == (0.2, (0.0524, 0.3339))


async def test_L06_the_sample_s_answers_are_those_of_the_data_files(loyalty: Client) -> None:
    assert loyalty.app is not None
    transport = httpx.ASGITransport(loyalty.app)
    async with httpx.AsyncClient(transport=transport) as http:
        remote, every = Remote(http, 0, loyalty.issuer.token()), campaigns(EVERYBODY)
        with Progress(Console(quiet=True)) as progress:
            await create_campaigns(remote, progress, every)
            for what in ("deliveries", "responses"):
                await tell_contacts(remote, progress, every, what)
        found = await compare(remote, EVERYBODY)
        assert [each.campaign for each in found if not each.equal] == []
        sums = [sum(numbers) for numbers in zip(*((e.delivered, e.answered) for e in found), strict=True)]
        assert (len(found), sums) == (27, [6_589, 792])
        await tell_contacts(remote, progress, every, "responses")
        late = {"customer_id": "household-1", "responded_at": "2017-12-31T00:00:00Z", "kind": "clicked"}
        reached = next(each for each in every if 1 in each.households and 1 not in dict(each.redemptions))
        await remote.send("loyalty", "POST", f"/v1/campaigns/{reached.id}/responses", {"responses": [late]})
        assert [each.campaign for each in await compare(remote, EVERYBODY) if not each.equal] == [reached.id]
