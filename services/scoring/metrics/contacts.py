"""Contacts of campaigns, the consent they had, and the answer they got."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from services.scoring.facts.fact import Fact
from shared.events.customers import ConsentGranted

ACCEPTING = ("redeemed", "answered")
"""The kinds of answer by which a personal offer is accepted."""


class Contact(NamedTuple):
    """One campaign that reached the customer.

    `answer`: the first of any kind while it was valid; `accepted`: the first that accepts the offer.
    """

    fact: Fact
    time: datetime
    personal: bool
    consented: bool
    answer: Fact | None
    accepted: Fact | None


class Consents:
    """What the customer agreed to, and until when."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        """`facts`: grants and withdrawals in reading order."""
        self._turns: dict[tuple[str, str], list[tuple[datetime, bool]]] = {}
        for fact in facts:
            scope = (fact.data["purpose"], fact.data["channel"])
            self._turns.setdefault(scope, []).append((fact.time, fact.type == ConsentGranted.TYPE))

    def given(self, purpose: str, channel: str, at: datetime) -> bool:
        """Whether a consent for this purpose and channel was in force at that time."""
        return _in_force(self._turns.get((purpose, channel), ()), at)

    def any_given(self, at: datetime) -> bool:
        """Whether any consent was in force at that time."""
        return any(_in_force(turns, at) for turns in self._turns.values())


def _in_force(turns: Sequence[tuple[datetime, bool]], at: datetime) -> bool:
    last = bisect_right(turns, at, key=lambda turn: turn[0])
    return last > 0 and turns[last - 1][1]


def contacts(
    delivered: Iterable[Fact], answered: Iterable[Fact], consents: Consents, validity: timedelta
) -> tuple[Contact, ...]:
    """Each campaign's first delivery, in order; those held back for a control group reached nobody.

    A campaign is known by its own id: the subject names the customer as well, who may have had another id then.
    """
    answers: dict[str, list[Fact]] = {}
    for fact in answered:
        answers.setdefault(fact.data["campaign_id"], []).append(fact)
    firsts: dict[str, Fact] = {}
    for fact in delivered:
        if not fact.data.get("control", False):
            firsts.setdefault(fact.data["campaign_id"], fact)
    return tuple(_contact(fact, answers.get(name, ()), consents, validity) for name, fact in firsts.items())


def _contact(fact: Fact, answers: Sequence[Fact], consents: Consents, validity: timedelta) -> Contact:
    told = fact.data.get("valid_until")
    until = fact.time + validity if told is None else datetime.fromisoformat(told)
    valid = [answer for answer in answers if fact.time <= answer.time < until]
    return Contact(
        fact=fact,
        time=fact.time,
        personal=fact.data["kind"] == "personal",
        consented=consents.given(fact.data["purpose"], fact.data["channel"], fact.time),
        answer=next(iter(valid), None),
        accepted=next((answer for answer in valid if answer.data["kind"] in ACCEPTING), None),
    )
