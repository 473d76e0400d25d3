"""Conversations with a customer and doubts of theirs, wherever they were: begun, and led to an outcome or not."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from services.scoring.facts.fact import Fact
from services.scoring.metrics.history import History
from shared.events.visits import DoubtRaised, DoubtResolved, TouchpointRecorded


class Conversation(NamedTuple):
    """One two-way visit, two-way touchpoint or doubt. `concluded`: whether an outcome is known."""

    fact: Fact
    time: datetime
    concluded: bool


def conversations(history: History) -> Sequence[Conversation]:
    """Those begun in the window, by kind."""
    talks = [
        Conversation(visit.fact, visit.time, visit.outcome is not None)
        for visit in history.recent(history.visits)
        if visit.two_way
    ]
    return [*talks, *history.recent(_touchpoints(history)), *history.recent(_doubts(history))]


def _touchpoints(history: History) -> list[Conversation]:
    """A touchpoint told again, one that only began at first, is the same one: it has the outcome of any telling."""
    told = [fact for fact in history.of(TouchpointRecorded.TYPE) if fact.data["two_way"]]
    concluded = {fact.subject for fact in told if "outcome" in fact.data}
    return _begun(told, concluded)


def _doubts(history: History) -> list[Conversation]:
    """A doubt is settled by a resolution, whatever came of it; a resolution of no known doubt is passed by."""
    raised = history.of(DoubtRaised.TYPE)
    return _begun(raised, {fact.subject for fact in history.of(DoubtResolved.TYPE)} if raised else set())


def _begun(told: Sequence[Fact], concluded: set[str]) -> list[Conversation]:
    firsts: dict[str, Fact] = {}
    for fact in told:
        firsts.setdefault(fact.subject, fact)
    return [Conversation(fact, fact.time, subject in concluded) for subject, fact in firsts.items()]
