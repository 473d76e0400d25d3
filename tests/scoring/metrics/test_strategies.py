"""The catalogue of strategies."""

import re

from services.scoring.metrics.next_actions.table import TABLE
from services.scoring.metrics.strategies import STRATEGIES, StrategyKind
from shared.events.values import ID_PATTERN

OF_THE_FIELD = {
    "people", "process", "product", "organization", "competitors", "cost", "customer_analysis", "buying_behaviour",
    "differentiated_price_and_quality", "less_dissatisfaction",
}  # fmt: skip


def test_C11_the_catalogue_holds_the_strategies_of_the_field() -> None:
    assert {strategy.code for strategy in STRATEGIES} > OF_THE_FIELD
    assert {strategy.kind for strategy in STRATEGIES} == set(StrategyKind)


def test_C11_a_code_names_one_strategy_and_can_be_told_in_an_event() -> None:
    codes = [strategy.code for strategy in STRATEGIES]
    assert len(set(codes)) == len(codes)
    assert all(re.match(ID_PATTERN, code) for code in codes)
    assert all(strategy.meaning.endswith(".") for strategy in STRATEGIES)


def test_S13_every_action_names_a_strategy_of_the_catalogue() -> None:
    assert {advice.strategy for advice in TABLE} <= set(STRATEGIES)
