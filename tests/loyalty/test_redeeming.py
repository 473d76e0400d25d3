"""L06: purchases that redeem a campaign: corrected, told before the delivery, or two at one moment."""

from tests.loyalty.contacting import DAY, heard, merged, planned, sent
from tests.loyalty.test_results import THEN, answered, bought, given, response, responses, results, sold, told_answers
from tests.support.client import Client


async def test_L06_a_bill_that_was_another_s_redeems_it_for_whose_it_is(loyalty: Client) -> None:
    campaign = await planned(loyalty)
    await sent(loyalty, campaign, "asha", "ben", at=THEN)
    await sold(loyalty, "b1", "asha", 3, campaign_id="new")
    await heard(loyalty, *await loyalty.outbox())
    await given(loyalty, "b1", "ben")
    found = await results(loyalty, campaign)
    assert (found["answered"]["count"], found["redeemed_purchases"], found["redeemed_amount"]) == (0, 0, {})
    await heard(loyalty, *await loyalty.outbox())
    found = await results(loyalty, campaign)
    assert (found["by_kind"], found["redeemed_purchases"]) == ({"redeemed": 1}, 1)
    assert found["redeemed_amount"] == {"USD": "9.50"}
    items = (await loyalty.get(f"{campaign}/deliveries")).json()["items"]
    assert [(each["customer_id"], each["answer_kind"]) for each in items] == [("asha", None), ("ben", "redeemed")]


async def test_L06_a_purchase_that_was_handled_before_the_delivery_redeems_it(loyalty: Client) -> None:
    campaign = await planned(loyalty, ends_on=f"{THEN + 5 * DAY:%Y-%m-%d}")
    await heard(loyalty, merged("till-7", "asha"))
    for name, who, days in (("early", "asha", -1), ("b1", "till-7", 1), ("late", "asha", 7), ("b2", "ben", 1)):
        await sold(loyalty, name, who, days, campaign_id="new")
    await heard(loyalty, *await loyalty.outbox())
    for _ in range(2):
        await sent(loyalty, campaign, "asha", at=THEN)
        assert await responses(loyalty) == [("asha", 1, "redeemed", "b1")]
        await heard(loyalty, *await loyalty.outbox())
    await sent(loyalty, campaign, "till-7", at=THEN)
    assert len(await told_answers(loyalty)) == len(await responses(loyalty)) == 1, "a purchase redeems it once"
    await sent(loyalty, await planned(loyalty, "held", control_share="0.999999"), "cleo", at=THEN)
    assert len(await responses(loyalty)) == 1


async def test_L06_two_bills_at_one_moment_are_two_redemptions(loyalty: Client) -> None:
    campaign = await planned(loyalty)
    await sent(loyalty, campaign, "asha", at=THEN)
    for name in ("b1", "b2"):
        await sold(loyalty, name, "asha", 3, campaign_id="new")
    assert (await answered(loyalty, campaign, response("asha", 3))).json()["accepted"] == 1
    named = [response("asha", 3, purchase_id="b1"), response("asha", 3)]
    for _ in range(2):
        assert (await answered(loyalty, campaign, *named)).json() == {"accepted": 0, "duplicate": 2}
        assert [row[3] for row in await responses(loyalty)] == ["b1"], "what was told is tied to its purchase"
    for _ in range(2):
        await heard(loyalty, bought("asha", "b2", 3), bought("asha", "b1", 3))
        assert [row[3] for row in await responses(loyalty)] == ["b1", "b2"]
    found = await results(loyalty, campaign)
    assert (found["redeemed_purchases"], found["redeemed_amount"]) == (2, {"USD": "19.00"})
    assert len(await told_answers(loyalty)) == 2
