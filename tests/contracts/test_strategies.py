"""C11: services share no code; what objectives and next actions call a strategy is the same all the same."""

from services.customers.objectives.strategies import CODES, STRATEGIES
from services.scoring.metrics.strategies import STRATEGIES as SCORING


def test_C11_customers_and_scoring_have_one_catalogue_of_strategies() -> None:
    told = [(each.code, each.name, str(each.kind), each.meaning) for each in SCORING]
    assert [tuple(each) for each in STRATEGIES] == told
    assert len(CODES) == len(STRATEGIES) > 0
