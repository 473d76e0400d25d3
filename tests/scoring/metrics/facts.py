"""Facts for tests, made of real payloads by the real projection."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from services.scoring.facts.fact import Fact
from services.scoring.facts.projection import PROJECTIONS
from services.scoring.metrics.catalogue import Catalogue, Offer
from services.scoring.metrics.distribution import Distribution
from services.scoring.metrics.reference import Reference
from shared.events import Money, Payload
from shared.events import complaints as case
from shared.events.customers import ConsentGranted, ConsentWithdrawn, CustomerRegistered, ExitReason, ExitStated
from shared.events.loyalty import AnswerKind, CampaignAnswered, CampaignDelivered, ContactKind
from shared.events.purchases import (
    PurchaseCompleted,
    PurchasedLine,
    PurchaseReturned,
    ReturnedLine,
    ReturnReason,
)
from shared.events.visits import VisitEnded, VisitStarted

AS_OF = datetime(2018, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def ago(days: float) -> datetime:
    """That many days before `AS_OF`."""
    return AS_OF - timedelta(days=days)


def fact(payload: Payload, subject: str, time: datetime, *, id: str | None = None) -> Fact:  # noqa: A002
    """The payload as a fact recorded a minute after it happened."""
    name = f"{type(payload).__name__}-{subject}-{time.isoformat()}" if id is None else id
    data = PROJECTIONS[type(payload)](payload)
    return Fact(time, "/crm/test", payload.TYPE, subject, name, time + timedelta(minutes=1), data)


def line(category: str, paid: str, *, listed: str | None = None, currency: str = "USD", **more: Any) -> PurchasedLine:
    """One line of a bill; `cost` and `quantity` as strings."""
    cost = more.pop("cost", None)
    return PurchasedLine(
        category=category,
        quantity=Decimal(more.pop("quantity", "1")),
        list_amount=Money(amount=Decimal(listed or paid), currency=currency),
        paid_amount=Money(amount=Decimal(paid), currency=currency),
        cost_amount=None if cost is None else Money(amount=Decimal(cost), currency=currency),
        **more,
    )


def purchase(subject: str, time: datetime, *lines: PurchasedLine) -> Fact:
    """A bill of these lines, or of one line of 10 USD of GROCERY."""
    return fact(PurchaseCompleted(lines=lines or (line("GROCERY", "10.00"),)), subject, time)


def returned(
    bought: Fact,
    time: datetime,
    *lines: PurchasedLine,
    reason: ReturnReason = "unwanted",
    whole: bool = True,
    purchased: str | None = None,
) -> Fact:
    """These lines of a bill come back."""
    back = tuple(
        ReturnedLine(
            line=at,
            refund_amount=each.paid_amount,
            whole=whole,
            **each.model_dump(
                include={
                    "category", "quantity", "list_amount", "paid_amount", "cost_amount", "tailored", "tailorable",
                }
            ),
        )
        for at, each in enumerate(lines or (line("GROCERY", "10.00"),), start=1)
    )  # fmt: skip
    payload = PurchaseReturned(
        purchase_id=purchased or bought.subject, purchased_at=bought.time, reason=reason, lines=back
    )
    return fact(payload, f"return-of-{bought.subject}", time)


def visit(subject: str, time: datetime, *, two_way: bool | None = None) -> Fact:
    """A visit began."""
    return fact(VisitStarted(channel="store", two_way=two_way), subject, time)


def visit_end(subject: str, time: datetime, outcome: str | None = None) -> Fact:
    """A visit ended."""
    return fact(VisitEnded(channel="store", outcome=outcome), subject, time)


def registered(time: datetime, subject: str = "customer") -> Fact:
    """A profile."""
    return fact(CustomerRegistered(kind="individual", completeness=0.5), subject, time)


def consent(time: datetime, *, granted: bool = True) -> Fact:
    """A consent to marketing by mail, given or withdrawn."""
    kind = ConsentGranted if granted else ConsentWithdrawn
    return fact(kind(purpose="marketing", channel="mail"), "marketing:mail", time)


def contact(
    campaign: str,
    time: datetime,
    *,
    kind: ContactKind = "mass",
    valid_until: datetime | None = None,
    control: bool = False,
) -> Fact:
    """A campaign reached the customer by mail."""
    payload = CampaignDelivered(
        campaign_id=campaign,
        kind=kind,
        purpose="marketing",
        channel="mail",
        valid_until=valid_until,
        control=control,
    )
    return fact(payload, f"{campaign}:customer", time)


def answer(campaign: str, time: datetime, kind: AnswerKind = "redeemed") -> Fact:
    """The customer answered a campaign."""
    return fact(CampaignAnswered(campaign_id=campaign, kind=kind), f"{campaign}:customer", time)


def opened(
    subject: str,
    time: datetime,
    *,
    category: case.Category = "service",
    acknowledge: timedelta = DAY,
    resolve: timedelta = 5 * DAY,
) -> Fact:
    """A complaint with its standards, told as time allowed."""
    payload = case.ComplaintOpened(
        category=category, severity="normal", due_acknowledge=time + acknowledge, due_resolve=time + resolve
    )
    return fact(payload, subject, time)


def acknowledged(subject: str, time: datetime) -> Fact:
    return fact(case.ComplaintAcknowledged(), subject, time)


def resolved(subject: str, time: datetime, *, first_contact: bool = False) -> Fact:
    return fact(case.ComplaintResolved(first_contact=first_contact), subject, time)


def reopened(subject: str, time: datetime) -> Fact:
    return fact(case.ComplaintReopened(), subject, time)


def withdrawn(subject: str, time: datetime) -> Fact:
    return fact(case.ComplaintWithdrawn(), subject, time)


def exit_stated(time: datetime, reason: ExitReason = "price") -> Fact:
    return fact(ExitStated(reason=reason), "exit", time)


def catalogue(*names: str, margin: str | None = "0.25", fill: int = 0) -> Catalogue:
    """These categories on offer since 2016, and so many more that nobody buys."""
    offer = Offer(date(2016, 1, 1), None, None if margin is None else Decimal(margin))
    return Catalogue(dict.fromkeys((*names, *(f"C{at}" for at in range(fill))), (offer,)))


def reference(offered: Catalogue | None = None, **more: Any) -> Reference:
    """A reference as of `AS_OF`; `more` are its other fields."""
    return Reference(AS_OF, 1, offered or catalogue("GROCERY", fill=9), **more)


def spread(*values: float) -> Distribution:
    """A distribution of these values, repeated until there are twenty members."""
    return Distribution.of(values * -(-20 // len(values)))
