"""The scorecard: everything we can say of one customer as of a date."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from services.scoring.facts.fact import Fact
from services.scoring.metrics.bonds import Bonds, bonds
from services.scoring.metrics.capabilities import capabilities
from services.scoring.metrics.care import care
from services.scoring.metrics.categories import categories
from services.scoring.metrics.chain import chain
from services.scoring.metrics.collaboration import collaboration
from services.scoring.metrics.communications import communications
from services.scoring.metrics.control import control
from services.scoring.metrics.cost import Profit, cost, profit
from services.scoring.metrics.course import Phase
from services.scoring.metrics.customer import customer
from services.scoring.metrics.customization import customization
from services.scoring.metrics.defection import Defection, defection
from services.scoring.metrics.history import History, read
from services.scoring.metrics.index import Index, index
from services.scoring.metrics.measurements import measurements
from services.scoring.metrics.metric import Metric
from services.scoring.metrics.next_actions.advice import Action
from services.scoring.metrics.next_actions.choice import next_actions
from services.scoring.metrics.next_actions.situation import Situation
from services.scoring.metrics.phase import Change, phase_history
from services.scoring.metrics.profile import profile
from services.scoring.metrics.reference import Reference, ranked, rfc3339
from services.scoring.metrics.review import next_review_at
from services.scoring.metrics.rules import DEFAULT_RULES, C, Rules
from services.scoring.metrics.value import Value, value


@dataclass(frozen=True, slots=True)
class Scorecard:
    """One customer as of a date; it does not know whose it is, so that it follows a merge.

    `percentile`: of the index; `facts_recorded_after`: how many facts used were taken after `as_of`;
    `next_review_at`: when to evaluate again at the latest – for the evaluator, no part of the JSON. `purchase_days`:
    in the whole lifetime. `comparison`: by segment the customer is in, percentiles among its members (`placed`).
    """

    as_of: datetime
    rules_version: str
    reference: Reference | None
    index: Index
    percentile: float | None
    phases: tuple[Change, ...]
    cs: Mapping[C, Metric]
    bonds: Bonds
    value: Value
    defection: Defection
    next_actions: tuple[Action, ...]
    facts_recorded_after: int
    next_review_at: datetime
    profile: Mapping[str, Any] = field(default_factory=dict)
    purchase_days: int = 0
    segments: tuple[str, ...] = ()
    comparison: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)

    @property
    def phase(self) -> Phase | None:
        """The phase reached; None where nothing is known of the customer."""
        return self.phases[-1].phase if self.phases else None

    def to_json(self, customer_id: str) -> dict[str, Any]:
        """The body of `GET /v1/customers/{id}/scorecard`: plain values only, times ending in Z."""
        return {
            "customer_id": customer_id,
            "as_of": rfc3339(self.as_of),
            "rules_version": self.rules_version,
            "reference": _reference(self.reference),
            "index": self.index.value,
            "coverage": self.index.coverage,
            "percentile": self.percentile,
            "phase": None if self.phase is None else str(self.phase),
            "phase_history": [change.to_json() for change in self.phases],
            "bond_level": self.bonds.level,
            "cs": {name: measured.to_json() for name, measured in self.cs.items()},
            "bonds": self.bonds.to_json(),
            "bonds_isolated": list(self.bonds.isolated),
            "value": self.value.to_json(),
            "defection": self.defection.to_json(),
            "next_actions": [action.to_json() for action in self.next_actions],
            "profile": dict(self.profile),
            "purchase_days": self.purchase_days,
            "segments": list(self.segments),
            "comparison": {name: dict(ranks) for name, ranks in self.comparison.items()},
            "facts_recorded_after": self.facts_recorded_after,
        }


def evaluate(
    facts: Iterable[Fact],
    as_of: datetime,
    rules: Rules = DEFAULT_RULES,
    reference: Reference | None = None,
) -> Scorecard:
    """The scorecard of these facts, in any order and with any repetition, as of a date (aware).

    Without a reference everything that needs the population is null, with that reason.
    """
    return score(read(facts, as_of, rules), rules, reference)


def score(history: History, rules: Rules, reference: Reference | None) -> Scorecard:
    """The scorecard of a history that is read already."""
    phases = phase_history(history, rules)
    phase = phases[-1].phase if phases else None
    earned = profit(history, rules, None if reference is None else reference.catalogue)
    cs = _measure(history, phase, rules, reference, earned)
    whole, held_by = index(cs, rules), bonds(history, rules)
    leaving = defection(history, rules, reference)
    return Scorecard(
        as_of=history.as_of,
        rules_version=rules.version,
        reference=reference,
        index=whole,
        percentile=_percentile("index", whole.value, rules, reference),
        phases=phases,
        cs={name: _compared(name, measured, rules, reference) for name, measured in cs.items()},
        bonds=held_by,
        value=value(history, rules, reference, held_by.level, earned.account),
        defection=leaving,
        next_actions=next_actions(Situation(history, phase, cs, held_by, leaving, rules)),
        facts_recorded_after=sum(fact.recorded > history.as_of for fact in history.facts),
        next_review_at=next_review_at(history, rules, reference, held_by.turns(history.as_of, rules)),
        profile=profile(history),
        purchase_days=len(history.days),
    )


def _measure(
    history: History, phase: Phase | None, rules: Rules, reference: Reference | None, earned: Profit
) -> dict[C, Metric]:
    return {
        "customer": customer(history, phase, rules, reference),
        "categories": categories(history, rules, reference),
        "capabilities": capabilities(history, rules, reference),
        "cost_profitability_value": cost(history, rules, reference, earned),
        "control_contact_to_cash": control(history, rules, reference),
        "collaboration_integration": collaboration(history, rules),
        "customization": customization(history, rules, reference),
        "communications_interaction_positioning": communications(history, rules, reference),
        "customer_measurements": measurements(history, rules),
        "customer_care": care(history, rules),
        "chain_of_relationships": chain(history, rules),
    }


def _compared(name: str, measured: Metric, rules: Rules, reference: Reference | None) -> Metric:
    percentile = _percentile(name, measured.score, rules, reference)
    return measured if percentile is None else replace(measured, percentile=percentile)


def _percentile(name: str, score: float | None, rules: Rules, reference: Reference | None) -> float | None:
    return None if reference is None else ranked(reference.scores, name, score, rules)


def _reference(reference: Reference | None) -> dict[str, Any] | None:
    return None if reference is None else {"as_of": rfc3339(reference.as_of), "revision": reference.revision}
