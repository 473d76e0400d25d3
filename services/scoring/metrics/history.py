"""One customer's facts as of a date, read once and put in the terms that the metrics speak."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from services.scoring.facts.fact import Fact
from services.scoring.metrics.cases import CASE_TYPES, Case, cases
from services.scoring.metrics.contacts import Consents, Contact, contacts
from services.scoring.metrics.purchases import Purchase, purchases
from services.scoring.metrics.rules import Rules
from services.scoring.metrics.timeline import ByType, T, between, known_facts
from services.scoring.metrics.visits import Visit, visits
from shared.events.complaints import ComplaintRemedyGranted, SurveyAnswered
from shared.events.customers import (
    ConsentGranted,
    ConsentWithdrawn,
    CustomerChanged,
    CustomerRegistered,
    ExitStated,
)
from shared.events.loyalty import CampaignAnswered, CampaignDelivered
from shared.events.purchases import PurchaseCompleted, PurchaseCorrected, PurchaseReturned
from shared.events.visits import VisitEnded, VisitStarted


@dataclass(frozen=True, slots=True)
class History:
    """A customer as of a date; everything in order of time.

    `start`: where the window begins. `bought`: every purchase; `purchases`: those not wholly returned;
    `days`: their purchase days, each once, in days since 1970-01-01. `currency`: the main one, of most
    purchases. `spend`: net spend of the window by category, in the main currency. `exits`: where they
    said that they leave, in a survey too. `future`: the time of the earliest fact that is not yet to be known.
    `accounts`: those that `account` has made, kept for who asks again.
    """

    as_of: datetime
    start: datetime
    facts: Sequence[Fact]
    bought: Sequence[Purchase]
    purchases: Sequence[Purchase]
    days: Sequence[int]
    currency: str | None
    spend: Mapping[str, Decimal]
    returns: Sequence[Fact]
    visits: Sequence[Visit]
    cases: Sequence[Case]
    remedies: Sequence[Fact]
    contacts: Sequence[Contact]
    consents: Consents
    exits: Sequence[Fact]
    profiles: Sequence[Fact]
    surveys: Sequence[Fact]
    future: datetime | None
    types: ByType
    accounts: dict[tuple[datetime, datetime, int], Any] = field(default_factory=dict, compare=False, repr=False)

    def of(self, *types: str) -> Sequence[Fact]:
        """The known facts of any of these types, in reading order."""
        return self.types.of(*types)

    def recent(self, things: Sequence[T]) -> Sequence[T]:
        """Those of `things` in the window."""
        return between(things, self.start, self.as_of)

    def spent(self, start: datetime, end: datetime) -> list[Purchase]:
        """The purchases in [start, end) in the main currency."""
        return _in_currency(between(self.purchases, start, end), self.currency)


def read(facts: Iterable[Fact], as_of: datetime, rules: Rules) -> History:
    """The history of these facts, which may come in any order and more than once.

    Facts at or after `as_of` are not known yet; the same (source, id) counts once. Raises `ValueError` where
    `as_of` has no offset.
    """
    if as_of.tzinfo is None:
        raise ValueError("as_of needs an offset from UTC")
    as_of = as_of.astimezone(UTC)
    known, future = known_facts(facts, as_of)
    types = ByType(known)
    of = types.of
    consents = Consents(of(ConsentGranted.TYPE, ConsentWithdrawn.TYPE))
    bought = purchases(of(PurchaseCompleted.TYPE), of(PurchaseReturned.TYPE), of(PurchaseCorrected.TYPE))
    kept = tuple(purchase for purchase in bought if purchase.voided is None)
    start, currency = as_of - rules.window, _main_currency(kept)
    return History(
        as_of=as_of,
        start=start,
        facts=known,
        bought=bought,
        purchases=kept,
        days=list(dict.fromkeys(purchase.day for purchase in kept)),
        currency=currency,
        spend=_by_category(_in_currency(between(kept, start, as_of), currency)),
        returns=of(PurchaseReturned.TYPE),
        visits=visits(of(VisitStarted.TYPE), of(VisitEnded.TYPE)),
        cases=cases(of(*CASE_TYPES)),
        remedies=of(ComplaintRemedyGranted.TYPE),
        contacts=contacts(of(CampaignDelivered.TYPE), of(CampaignAnswered.TYPE), consents, rules.contact_validity),
        consents=consents,
        exits=_leaving(types),
        profiles=of(CustomerRegistered.TYPE, CustomerChanged.TYPE),
        surveys=of(SurveyAnswered.TYPE),
        future=future,
        types=types,
    )


def _leaving(types: ByType) -> list[Fact]:
    """Where the customer said that they leave: on their own account, or as the answer to a survey."""
    told = types.of(ExitStated.TYPE, SurveyAnswered.TYPE)
    return [fact for fact in told if fact.type == ExitStated.TYPE or "reason_for_leaving" in fact.data]


def _main_currency(kept: Iterable[Purchase]) -> str | None:
    counts = Counter(purchase.currency for purchase in kept)
    return min(counts, key=lambda currency: (-counts[currency], currency), default=None)


def _in_currency(bought: Iterable[Purchase], currency: str | None) -> list[Purchase]:
    return [purchase for purchase in bought if purchase.currency == currency]


def _by_category(bought: Iterable[Purchase]) -> dict[str, Decimal]:
    paid: dict[str, list[Decimal]] = defaultdict(list)
    for purchase in bought:
        for line in purchase.lines:
            paid[line.category].append(line.paid)
    return {category: sum(amounts, Decimal(0)) for category, amounts in paid.items()}
