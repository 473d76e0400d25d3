"""The simulated surveys: repeatable, marked, such as the service takes, and different from store to store."""

from collections import defaultdict
from statistics import mean

import orjson
import pytest

from deploy.sample.bodies import Body
from deploy.sample.surveys import simulate_surveys
from deploy.sample.transactions import Transactions
from services.complaints.surveys.models import NewSurvey


@pytest.fixture(scope="module")
def surveys(transactions: Transactions) -> list[tuple[int, Body]]:
    """The sample's surveys."""
    return simulate_surveys(transactions.heads)


def test_K04_the_same_seed_tells_the_same(transactions: Transactions, surveys: list[tuple[int, Body]]) -> None:
    assert simulate_surveys(transactions.heads) == surveys
    assert simulate_surveys(transactions.heads, seed=1) != surveys


def test_K04_one_survey_for_about_100_baskets_each_such_as_the_service_takes(surveys: list[tuple[int, Body]]) -> None:
    assert len(surveys) == 1_557
    for number, (household, body) in enumerate(surveys, 1):
        told = NewSurvey.model_validate_json(orjson.dumps(body))
        assert (told.id, told.simulated, told.customer_id) == (f"sim-s-{number}", True, f"household-{household}")


def test_K04_stores_differ_in_how_content_their_customers_are(surveys: list[tuple[int, Body]]) -> None:
    answers: dict[str, list[int]] = defaultdict(list)
    for _, body in surveys:
        answers[body["store_id"]].append(body["csat"])
    means = sorted(mean(told) for told in answers.values() if len(told) >= 10)
    assert len(means) > 20
    assert (means[0] < 3.5, means[-1] > 4.3) == (True, True)
