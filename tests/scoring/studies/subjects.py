"""Customers for tests of studies, as a close sees them."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from services.scoring.facts.fact import Fact
from services.scoring.metrics.history import read
from services.scoring.metrics.rules import DEFAULT_RULES, Rules
from services.scoring.metrics.scorecard import score
from services.scoring.studies.study import Found, Setting, Study, Subject
from tests.scoring.metrics.facts import AS_OF, reference


def at(store: str, *facts: Fact) -> list[Fact]:
    """These facts, in that store."""
    return [replace(fact, store=store) for fact in facts]


def setting(rules: Rules = DEFAULT_RULES, **more: Any) -> Setting:
    """What a study knows as of `AS_OF`; `more` are its other fields."""
    return Setting(as_of=AS_OF, rules=rules, reference=reference(), **more)


def subject(name: str, facts: Iterable[Fact], segments: tuple[str, ...] = (), rules: Rules = DEFAULT_RULES) -> Subject:
    """The customer of these facts."""
    history = read(facts, AS_OF, rules)
    return Subject(name, history, score(history, rules, reference()), segments=segments)


def found(study: Study, *subjects: Subject) -> Found:
    """What the study finds of these customers."""
    for each in subjects:
        study.add(each)
    return study.found()
