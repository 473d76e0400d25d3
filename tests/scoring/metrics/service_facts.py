"""Facts for tests of what we owe the customer, what they said, and what competitors did."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from services.scoring.facts.fact import Fact
from shared.events import Money, complaints, customers, loyalty, visits
from tests.scoring.metrics.facts import fact


def money(amount: str, currency: str = "USD") -> Money:
    return Money(amount=Decimal(amount), currency=currency)


def paused(subject: str, time: datetime) -> Fact:
    return fact(complaints.ComplaintPaused(), subject, time)


def resumed(subject: str, time: datetime, *, acknowledge: datetime, resolve: datetime) -> Fact:
    return fact(complaints.ComplaintResumed(due_acknowledge=acknowledge, due_resolve=resolve), subject, time)


def breached(subject: str, time: datetime, standard: str = "resolve") -> Fact:
    return fact(complaints.ComplaintBreached.model_validate({"standard": standard}), subject, time)


def task(subject: str, time: datetime, due: datetime) -> Fact:
    return fact(complaints.TaskOpened(due_at=due, origin="complaint"), subject, time)


def done(subject: str, time: datetime) -> Fact:
    return fact(complaints.TaskCompleted(), subject, time)


def promise(subject: str, time: datetime, due: datetime) -> Fact:
    return fact(customers.CommitmentMade(due_at=due), subject, time)


def promise_met(subject: str, time: datetime) -> Fact:
    return fact(customers.CommitmentMet(), subject, time)


def survey(time: datetime, *, about: str | None = None, **answers: Any) -> Fact:
    """`answers`: `product=(expectation, delivery)` for a factor, else the survey's own fields."""
    names = ("product", "sales", "post_purchase", "culture")
    factors = [
        {"factor": name, "expectation": answers[name][0], "delivery": answers[name][1]}
        for name in names
        if name in answers
    ]
    said = {name: value for name, value in answers.items() if name not in names}
    told = {"factors": factors, **said} | ({} if about is None else {"about": {"kind": about, "id": "x"}})
    return fact(complaints.SurveyAnswered.model_validate(told), "survey", time)


def objective(subject: str, time: datetime, due: datetime, *, target: str = "100", strategy: str | None = "s") -> Fact:
    payload = customers.ObjectiveSet(target=Decimal(target), due_at=due, strategy=strategy)
    return fact(payload, subject, time)


def progressed(subject: str, time: datetime, progress: str) -> Fact:
    return fact(customers.ObjectiveProgressed(progress=Decimal(progress)), subject, time)


def objective_closed(subject: str, time: datetime) -> Fact:
    return fact(customers.ObjectiveClosed(reached=True), subject, time)


def suggested(subject: str, time: datetime) -> Fact:
    return fact(loyalty.SuggestionMade(kind="cross_sell"), subject, time)


def suggestion_answered(subject: str, time: datetime, *, accepted: bool = True) -> Fact:
    return fact(loyalty.SuggestionAnswered(accepted=accepted), subject, time)


def preference(subject: str, time: datetime, due: datetime | None = None) -> Fact:
    return fact(visits.PreferenceStated(topic="seat", due_at=due), subject, time)


def preference_used(subject: str, time: datetime) -> Fact:
    return fact(visits.PreferenceUsed(), subject, time)


def solution(subject: str, time: datetime, due: datetime | None = None) -> Fact:
    return fact(visits.SolutionPromised(due_at=due), subject, time)


def solution_delivered(subject: str, time: datetime) -> Fact:
    return fact(visits.SolutionDelivered(), subject, time)


def touchpoint(
    subject: str, time: datetime, *, channel: str = "phone", two_way: bool = True, outcome: str | None = None
) -> Fact:
    payload = visits.TouchpointRecorded(channel=channel, two_way=two_way, begun=outcome is None, outcome=outcome)
    return fact(payload, subject, time)


def doubt(subject: str, time: datetime) -> Fact:
    return fact(visits.DoubtRaised(topic="quality"), subject, time)


def doubt_resolved(subject: str, time: datetime) -> Fact:
    return fact(visits.DoubtResolved(), subject, time)


def violation(time: datetime) -> Fact:
    return fact(customers.ContactViolation(purpose="marketing", channel="mail"), "marketing:mail", time)


def gesture(subject: str, time: datetime, cost: Money | None = None) -> Fact:
    return fact(visits.GestureMade(kind="social", cost=cost), subject, time)


def stage(time: datetime, cost: Money | None = None) -> Fact:
    return fact(customers.AcquisitionStageChanged(stage="interaction", cost=cost), "customer", time)


def points_spent(subject: str, time: datetime, value: Money | None = None) -> Fact:
    return fact(loyalty.PointsSpent(points=100, value=value), subject, time)


def points_earned(subject: str, time: datetime, value: Money | None = None) -> Fact:
    return fact(loyalty.PointsEarned(points=100, value=value), subject, time)


def points_expired(subject: str, time: datetime) -> Fact:
    return fact(loyalty.PointsExpired(points=100), subject, time)


def tier(time: datetime, direction: str) -> Fact:
    return fact(loyalty.TierChanged.model_validate({"direction": direction}), "customer", time)


def observed(subject: str, time: datetime, kind: str) -> Fact:
    return fact(loyalty.CompetitorObserved.model_validate({"kind": kind}), subject, time)


def incident(subject: str, time: datetime) -> Fact:
    return fact(complaints.IncidentRecorded(kind="accident"), subject, time)
