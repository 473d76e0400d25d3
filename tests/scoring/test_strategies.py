"""The catalogue of strategies, and next actions, over REST."""

from services.scoring.metrics.strategies import STRATEGIES
from services.scoring.scorecards.models import NextActionsPart
from tests.scoring.conftest import Scoring
from tests.support.told import complaint, purchase


async def test_C11_the_catalogue_is_served(scoring: Scoring) -> None:
    answer = await scoring.client.get("/v1/strategies")
    assert answer.status_code == 200
    items = answer.json()["items"]
    assert [each["code"] for each in items] == [strategy.code for strategy in STRATEGIES]
    assert set(items[0]) == {"code", "name", "kind", "meaning"}


async def test_S13_next_actions_can_be_asked_for_alone(scoring: Scoring) -> None:
    await scoring.know(purchase("ann", "p1"), complaint("ann", "c1"))
    answer = await scoring.client.get("/v1/customers/ann/next-actions?as_of=2026-03-02T00:00:00Z")
    assert answer.status_code == 200
    told = answer.json()
    NextActionsPart.model_validate(told)
    assert [each["action"] for each in told["next_actions"]] == ["settle_case", "reward", "second_purchase"]
    assert told["next_actions"][0] == {
        "action": "settle_case",
        "title": "Settle the open complaint",
        "strategy": "less_dissatisfaction",
        "priority": 1,
        "reason": "A service complaint is open for 0 days.",
        "way": "house",
        "purpose": None,
        "channel": None,
        "expected_effect": {"score": "customer_care", "from": None, "to": 100.0},
        "effect_unknown": None,
    }
