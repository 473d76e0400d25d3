"""Facts of dealings beyond the till, made of real payloads: promises, steps, deliveries, links, integrations."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from services.scoring.facts.fact import Fact
from shared.events import Money
from shared.events import complaints as case
from shared.events import customers as party
from shared.events.loyalty import ReferralMade
from shared.events.purchases import (
    PurchaseCompleted,
    PurchaseCorrected,
    PurchasedLine,
    PurchaseLineDelivered,
    PurchaseNotAvailable,
)
from shared.events.visits import TouchpointRecorded
from tests.scoring.metrics.facts import fact, line


def promised(subject: str, time: datetime, due_at: datetime, link: str | None = None) -> Fact:
    """A commitment, made through a relationship where one is named."""
    return fact(party.CommitmentMade(due_at=due_at, link=link), subject, time)


def met(subject: str, time: datetime) -> Fact:
    return fact(party.CommitmentMet(), subject, time)


def missed(subject: str, time: datetime) -> Fact:
    return fact(party.CommitmentMissed(), subject, time)


def planned(subject: str, time: datetime, due_at: datetime, amount: str | None = None, currency: str = "USD") -> Fact:
    """A step from contact to cash is planned."""
    return fact(party.ProcessStepDue(step="billing", due_at=due_at, amount=_money(amount, currency)), subject, time)


def done(subject: str, time: datetime, amount: str | None = None) -> Fact:
    return fact(party.ProcessStepCompleted(step="billing", amount=_money(amount, "USD")), subject, time)


def disputed(subject: str, time: datetime) -> Fact:
    return fact(party.ProcessStepDisputed(step="billing"), subject, time)


def _money(amount: str | None, currency: str) -> Money | None:
    return None if amount is None else Money(amount=Decimal(amount), currency=currency)


def bill(subject: str, time: datetime, *lines: PurchasedLine, **more: Any) -> Fact:
    """A purchase served by somebody, or through an integration; one line of 10 USD unless told."""
    return fact(PurchaseCompleted(lines=lines or (line("GROCERY", "10.00"),), **more), subject, time)


def corrected(purchase: Fact, time: datetime, *lines: PurchasedLine) -> Fact:
    """The purchase had other lines; without lines it was somebody else's."""
    payload = PurchaseCorrected(purchased_at=purchase.time, reason="typing_error", lines=lines)
    return fact(payload, purchase.subject, time)


def delivered(
    purchase: str, time: datetime, at: int = 1, *, due_at: datetime | None = None, in_full: bool = True
) -> Fact:
    """A line arrived."""
    payload = PurchaseLineDelivered(line=at, due_at=due_at, in_full=in_full)
    return fact(payload, purchase, time, id=f"delivery-{purchase}-{at}-{time.isoformat()}-{in_full}")


def not_available(subject: str, time: datetime, lines: int = 1) -> Fact:
    return fact(PurchaseNotAvailable(category="GROCERY", lines=lines), subject, time)


def checked(subject: str, time: datetime, *, conforms: bool) -> Fact:
    return fact(party.RequirementChecked(conforms=conforms), subject, time)


def granted(subject: str, time: datetime, *, escalated: bool = False) -> Fact:
    return fact(case.ComplaintRemedyGranted(kind="voucher", escalated=escalated), subject, time)


def refused(subject: str, time: datetime) -> Fact:
    return fact(case.ComplaintRemedyRefused(kind="voucher"), subject, time)


def complained(subject: str, time: datetime, integration: str | None = None) -> Fact:
    """A complaint, through an integration where one is named."""
    payload = case.ComplaintOpened(
        category="service", severity="normal", due_acknowledge=time, due_resolve=time, integration_id=integration
    )
    return fact(payload, subject, time)


def offered(subject: str, time: datetime) -> Fact:
    return fact(party.IntegrationOffered(kind="portal"), subject, time)


def started(subject: str, time: datetime, reviews: int = 0) -> Fact:
    """An integration with so many joint reviews a year."""
    return fact(party.IntegrationStarted(kind="portal", reviews_a_year=reviews), subject, time)


def used(subject: str, time: datetime, kind: party.UseKind = "order", about: str | None = None) -> Fact:
    return fact(party.IntegrationUsed(kind=kind, about=about), subject, time)


def ended(subject: str, time: datetime) -> Fact:
    return fact(party.IntegrationEnded(), subject, time)


def review(subject: str, time: datetime) -> Fact:
    """A joint review was held."""
    return fact(TouchpointRecorded(channel="office", kind="joint_review"), subject, time)


def organization(time: datetime) -> Fact:
    return fact(party.CustomerRegistered(kind="organization", completeness=0.5), "customer", time)


def related(subject: str, time: datetime, who: str = "someone", health: float | None = None) -> Fact:
    """A relationship with an account manager begins."""
    payload = party.RelationshipStarted(role="account_manager", party_id=who, health=health)
    return fact(payload, subject, time)


def changed(subject: str, time: datetime, who: str = "someone", health: float | None = None) -> Fact:
    """The relationship is another from now on."""
    payload = party.RelationshipChanged(role="account_manager", party_id=who, health=health)
    return fact(payload, subject, time)


def parted(subject: str, time: datetime, replaced_by: str | None = None) -> Fact:
    """The relationship is over."""
    return fact(party.RelationshipEnded(replaced_by=replaced_by), subject, time)


def referred(subject: str, time: datetime) -> Fact:
    return fact(ReferralMade(), subject, time)
