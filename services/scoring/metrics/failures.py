"""Failures that a base must record of somebody before their absence says anything of anybody."""

from collections.abc import Callable

from services.scoring.metrics.history import History
from services.scoring.metrics.reference import Reference
from shared.events.customers import ProcessStepDisputed, RequirementChecked
from shared.events.purchases import PurchaseCorrected, PurchaseNotAvailable


def _returned(history: History, reason: str) -> int:
    return sum(fact.data["reason"] == reason for fact in history.recent(history.returns))


def _told(history: History, kind: str) -> int:
    return len(history.recent(history.of(kind)))


def _unavailable(history: History) -> int:
    bought = history.recent(history.bought)
    return _told(history, PurchaseNotAvailable.TYPE) + sum("unavailable" in each.told for each in bought)


def _failed_checks(history: History) -> int:
    return sum(not fact.data["conforms"] for fact in history.recent(history.of(RequirementChecked.TYPE)))


_COUNTS: dict[str, Callable[[History], int]] = {
    "defective": lambda history: _returned(history, "defective"),
    "wrong_item": lambda history: _returned(history, "wrong_item"),
    "correction": lambda history: _told(history, PurchaseCorrected.TYPE),
    "dispute": lambda history: _told(history, ProcessStepDisputed.TYPE),
    "failed_check": _failed_checks,
    "unavailable": _unavailable,
}

FAILURES = tuple(_COUNTS)
"""Kinds of failure: returns for a reason, bills corrected, steps disputed, requirements not met, goods not had."""


def failures(history: History) -> dict[str, int]:
    """How often each kind was recorded of this customer in the window."""
    return {kind: count(history) for kind, count in _COUNTS.items()}


def recorded(history: History, reference: Reference | None, *kinds: str) -> bool:
    """Whether one of these kinds was recorded in the window of anybody: of the base, or of this customer."""
    base = {} if reference is None else reference.base
    return any(base.get(kind, 0) for kind in kinds) or any(_COUNTS[kind](history) for kind in kinds)
