"""Rows as bodies: rows looked up by hand, and every body against the model of the service that takes it."""

from collections.abc import Sequence
from datetime import UTC, datetime

import orjson
import pytest
from pydantic import BaseModel

from deploy.sample import bodies, reference
from deploy.sample.bodies import Body
from deploy.sample.transactions import Head, Line, Transactions
from services.customers.consents.api import Grant
from services.customers.profiles.models import Profile
from services.customers.visits.models import NewVisit
from services.loyalty.campaigns.models import Deliveries, NewCampaign, Responses
from services.loyalty.catalogue.models import CategoryTold, StoreTold
from services.loyalty.purchases.models import NewPurchase

EVERY = 20
"""Each twentieth basket is checked against the services' models: all of them would take half of a test run."""


def valid(model: type[BaseModel], told: Sequence[Body]) -> None:
    """As the service reads them: from JSON."""
    for body in told:
        model.model_validate_json(orjson.dumps(body))


def test_a_purchase(head: Head) -> None:
    line = Line(product=1095275, category="GROCERY", quantity=1, sales=50, retail_discount=7, coupon_match=3)
    assert bodies.purchase(head, [line]) == {
        "id": "b-31198570044",
        "customer_id": "household-900",
        "store_id": "330",
        "channel": "store",
        "till": "1",
        "receipt_number": "31198570044",
        "occurred_at": "2017-01-01T11:53:26Z",
        "currency": "USD",
        "lines": [
            {
                "product_id": "1095275",
                "category": "GROCERY",
                "format": "grocery",
                "quantity": "1",
                "list_amount": "0.60",
                "paid_amount": "0.50",
                "tier": "card",
            }
        ],
    }


def test_a_visit(head: Head) -> None:
    told, paid_at = bodies.visit(head), "2017-01-01T11:53:26Z"
    assert (told["id"], told["started_at"], told["ended_at"]) == ("v-31198570044", paid_at, paid_at)
    assert told["converted"] is True
    assert told["two_way"] is False


@pytest.mark.parametrize(
    ("department", "category"),
    [
        ("GROCERY", "GROCERY"),
        ("CNTRL/STORE SUP", "CNTRL-STORE-SUP"),
        ("ELECT &PLUMBING", "ELECT-PLUMBING"),
        ("MEAT-PCKGD", "MEAT-PCKGD"),
        (None, "UNKNOWN"),
    ],
)
def test_categories_are_departments_spelt_as_ids(department: str | None, category: str) -> None:
    assert bodies.category_id(department) == category


def test_the_32_categories_stay_distinct_and_unknown_is_not_offered() -> None:
    offered = {bodies.category_id(name) for name in reference.departments()}
    assert len(offered) == 32
    assert bodies.UNKNOWN not in offered


def test_amounts_are_exact() -> None:
    assert [bodies.dollars(c) for c in (0, 5, 50, 100, 84_000)] == ["0.00", "0.05", "0.50", "1.00", "840.00"]


def test_a_customer_has_no_invented_name() -> None:
    told = bodies.customer(208, {208: "2 Adults Kids"})
    assert told["name"] is None
    assert told["registered_at"] == "2016-11-01T00:00:00Z"
    assert told["external_ids"] == [{"system": "till", "value": "208"}]
    assert bodies.customer(7, {})["lifestyle"] is None


def test_an_instant_is_told_in_utc() -> None:
    assert bodies.instant(datetime(2018, 1, 1, 4, 1, 20, tzinfo=UTC)) == "2018-01-01T04:01:20Z"


def test_the_services_take_every_kind_of_body(transactions: Transactions) -> None:
    demographics = reference.demographics()
    valid(Profile, [bodies.customer(household, demographics) for household in transactions.households()])
    valid(Grant, [bodies.CONSENT])
    valid(CategoryTold, [bodies.category(name) for name in reference.departments()])
    valid(StoreTold, [bodies.STORE])


def test_the_services_take_the_baskets(transactions: Transactions) -> None:
    heads = transactions.heads[::EVERY]
    valid(NewVisit, [bodies.visit(head) for head in heads])
    valid(NewPurchase, [bodies.purchase(head, transactions.lines(head)) for head in heads])


def test_the_services_take_the_campaigns(transactions: Transactions) -> None:
    campaigns = reference.campaigns(set(transactions.households()))
    valid(NewCampaign, [campaign.body() for campaign in campaigns])
    valid(Deliveries, [{"deliveries": campaign.deliveries()} for campaign in campaigns])
    valid(Responses, [{"responses": campaign.responses()} for campaign in campaigns if campaign.redemptions])
