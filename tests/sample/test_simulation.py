"""The simulated complaints: repeatable, marked, legal in every step, and of every kind."""

from collections import Counter
from datetime import UTC, datetime
from typing import cast

import orjson
import pytest
from pydantic import BaseModel

from deploy.sample.complaining import next_step
from deploy.sample.lives import LIVES
from deploy.sample.simulation import CAUSES, SEVERITIES, Simulated, simulate
from deploy.sample.transactions import Transactions
from services.complaints.cases import models
from services.complaints.cases.domain import Case, Verb, take
from services.complaints.standards.defaults import Standards
from shared.events.complaints import Severity

MODELS: dict[str, type[BaseModel]] = {
    "acknowledge": models.Acknowledgement,
    "assign": models.Assignment,
    "escalate": models.Escalation,
    "resolve": models.Resolution,
    "close": models.Closing,
    "reopen": models.Reconsideration,
    "withdraw": models.Reconsideration,
    "remedy": models.Remedy,
}
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def simulated(transactions: Transactions) -> list[Simulated]:
    """The sample's complaints."""
    return simulate(transactions.heads)


def lived(complaint: Simulated) -> Case:
    """The case after all its steps, by the service's own rules, which raise for a step that is not allowed."""
    case = Case("open", datetime.fromisoformat(complaint.opening["occurred_at"]))
    for verb, body in complaint.steps:
        told = datetime.fromisoformat(body["occurred_at"])
        case = take(case, cast("Verb", verb), told, NOW, body.get("department"))
    return case


def test_the_same_seed_tells_the_same(transactions: Transactions, simulated: list[Simulated]) -> None:
    assert simulate(transactions.heads) == simulated
    assert simulate(transactions.heads, seed=1) != simulated


def test_one_complaint_for_about_500_baskets_of_2017(simulated: list[Simulated]) -> None:
    assert len(simulated) == 311
    assert {complaint.opening["occurred_at"][:4] for complaint in simulated} == {"2017"}
    assert len({complaint.opening["occurred_at"][:7] for complaint in simulated}) == 12


def test_each_says_that_it_is_simulated(simulated: list[Simulated]) -> None:
    for number, complaint in enumerate(simulated, 1):
        assert complaint.opening["id"] == f"sim-c-{number}"
        assert complaint.opening["simulated"] is True
        assert complaint.opening["text"].startswith("Simulated complaint")


def test_the_service_takes_every_body(simulated: list[Simulated]) -> None:
    for complaint in simulated:
        models.NewComplaint.model_validate_json(orjson.dumps(complaint.opening))
        for verb, body in complaint.steps:
            MODELS[verb].model_validate_json(orjson.dumps(body))


def test_no_step_is_out_of_order_or_not_allowed(simulated: list[Simulated]) -> None:
    states = Counter(lived(complaint).state for complaint in simulated)
    assert set(states) == {"open", "in_progress", "closed", "withdrawn"}


def test_some_are_late_some_are_reopened_and_every_kind_is_there(simulated: list[Simulated]) -> None:
    assert {complaint.opening["category"] for complaint in simulated} == set(CAUSES)
    assert {complaint.opening["severity"] for complaint in simulated} == set(SEVERITIES)
    cases = [(complaint.opening, lived(complaint)) for complaint in simulated]
    assert sum(case.reopened for _, case in cases) >= 10
    due = {o["id"]: _due(o["severity"], datetime.fromisoformat(o["occurred_at"])) for o, _ in cases}
    late = [case for told, case in cases if case.resolved_at and case.resolved_at > due[told["id"]]]
    assert 20 <= len(late) <= 100


def _due(severity: Severity, opened_at: datetime) -> datetime:
    return opened_at + Standards().standard(severity).resolve


def test_the_shares_of_the_lives_are_percentages() -> None:
    assert sum(LIVES.values()) == 100


def test_a_case_under_way_goes_on_where_it_stands(simulated: list[Simulated]) -> None:
    complaint = next(c for c in simulated if len(c.steps) >= 3)
    verbs = [verb for verb, _ in complaint.steps]

    def after(*taken: str) -> int | None:
        return next_step({"history": [{"verb": verb} for verb in ("open", *taken)]}, complaint)

    assert after() == 0
    assert after(*verbs[:2]) == 2
    assert after(*verbs) is None
    assert after("withdraw") is None
