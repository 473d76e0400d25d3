"""Exposures: the offers that reached a customer, or would have, had they not been held back for a control group."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from services.scoring.facts.fact import Fact
from services.scoring.metrics.history import History
from services.scoring.metrics.rules import Rules
from services.scoring.metrics.timeline import between
from shared.events.loyalty import CampaignDelivered

_ZERO = Decimal(0)


class Exposure(NamedTuple):
    """One campaign and one customer, who had consented to it at that time.

    `time`: when it reached them, or would have; valid until `until`, exclusive; `accepted`: while it was;
    `control`: whether they were held back.
    """

    campaign: str
    kind: str
    channel: str
    time: datetime
    until: datetime
    accepted: bool
    control: bool


class Outcome(NamedTuple):
    """What they did while it was valid: whether they bought, and what they spent, net of returns.

    `currency`: their main one, None of who never bought.
    """

    bought: bool
    spent: Decimal
    currency: str | None


def exposures(history: History, rules: Rules) -> list[Exposure]:
    """Each campaign once. Who was reached under one id and held back under another was reached."""
    reached = [
        _exposure(contact.fact, rules, accepted=contact.accepted is not None)
        for contact in history.contacts
        if contact.consented
    ]
    return reached + [_exposure(fact, rules, control=True) for fact in _held_back(history)]


def outcome(history: History, exposure: Exposure) -> Outcome | None:
    """What they did; None while there is time to buy yet."""
    if exposure.until > history.as_of:
        return None
    bought = between(history.purchases, exposure.time, exposure.until)
    spent = [line.paid for each in bought if each.currency == history.currency for line in each.lines]
    return Outcome(bool(bought), sum(spent, _ZERO), history.currency)


def _held_back(history: History) -> Sequence[Fact]:
    told = history.of(CampaignDelivered.TYPE)
    reached = {fact.data["campaign_id"] for fact in told if not fact.data.get("control", False)}
    firsts: dict[str, Fact] = {}
    for fact in told:
        if fact.data["campaign_id"] not in reached:
            firsts.setdefault(fact.data["campaign_id"], fact)
    given = history.consents.given
    return [fact for fact in firsts.values() if given(fact.data["purpose"], fact.data["channel"], fact.time)]


def _exposure(fact: Fact, rules: Rules, *, accepted: bool = False, control: bool = False) -> Exposure:
    told, data = fact.data.get("valid_until"), fact.data
    until = fact.time + rules.contact_validity if told is None else datetime.fromisoformat(told)
    return Exposure(data["campaign_id"], data["kind"], data["channel"], fact.time, until, accepted, control)
