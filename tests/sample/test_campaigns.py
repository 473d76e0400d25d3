"""Campaigns, their deliveries and redemptions."""

from datetime import date

import pytest

from deploy.sample.campaign_results import answers_counted
from deploy.sample.files import rows
from deploy.sample.reference import Campaign, campaigns, stores
from deploy.sample.transactions import Transactions


@pytest.fixture(scope="module")
def all_of_them(transactions: Transactions) -> list[Campaign]:
    """As they are when every household is loaded."""
    return campaigns(set(transactions.households()))


def test_totals(all_of_them: list[Campaign]) -> None:
    assert len(all_of_them) == 27
    assert sum(len(c.deliveries()) for c in all_of_them) == 6_589
    assert len({(c.id, household) for c in all_of_them for household, _ in c.redemptions}) == 792
    assert sum(len(c.responses()) for c in all_of_them) == 1_148


def test_type_a_is_personal_b_and_c_are_mass(all_of_them: list[Campaign]) -> None:
    personal = {c.id for c in all_of_them if c.body()["kind"] == "personal"}
    assert personal == {"8", "13", "18", "27"}


def test_campaign_18(all_of_them: list[Campaign]) -> None:
    [campaign] = [c for c in all_of_them if c.id == "18"]
    assert campaign.body() == {
        "id": "18",
        "name": "Campaign 18 (Type A)",
        "kind": "personal",
        "offer_kind": "coupon",
        "starts_on": "2017-10-30",
        "ends_on": "2017-12-24",
        "purpose": "marketing",
        "control_share": "0",
    }
    assert {d["delivered_at"] for d in campaign.deliveries()} == {"2017-10-30T00:00:00Z"}


def test_every_answer_is_a_delivered_household_s_and_not_before_the_delivery(all_of_them: list[Campaign]) -> None:
    for campaign in all_of_them:
        assert {household for household, _ in campaign.redemptions} <= set(campaign.households)
        assert all(campaign.starts_on <= day <= campaign.ends_on for _, day in campaign.redemptions)


def test_no_answer_is_told_twice(all_of_them: list[Campaign]) -> None:
    for campaign in all_of_them:
        told = [tuple(response.items()) for response in campaign.responses()]
        assert len(told) == len(set(told))


def test_some_households_only() -> None:
    [campaign] = [c for c in campaigns({165}) if c.id == "26"]
    assert campaign.households == [165]
    assert (165, date(2017, 1, 3)) in campaign.redemptions


def test_stores() -> None:
    assert len(stores()) == 457


def test_L06_answers_are_counted_straight_over_the_rows(transactions: Transactions) -> None:
    counted = answers_counted(set(transactions.households()))
    assert len(rows("coupon_redemptions")) == 2_102
    assert (sum(counted.values()), counted["18"]) == (792, 214)
    assert answers_counted({165}) == {"8": 1, "26": 1}
