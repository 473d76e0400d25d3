"""Every study at work on the customers of a close. One that fails is left out, and stops nothing else."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from prometheus_client import Counter

from services.scoring.membership.comparison import Spread
from services.scoring.metrics.population import Census
from services.scoring.metrics.reference import Reference
from services.scoring.studies.every import studies
from services.scoring.studies.leaving import Leaving
from services.scoring.studies.study import Found, Setting, Study, Subject

log = logging.getLogger(__name__)
FAILED = Counter("close_failed_studies", "studies left out of a close because they failed", ["study"])

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Closed:
    """What a close makes. `customers`: how many it was made of; `findings`: by the study's name; `failed`: left out."""

    reference: Reference
    customers: int
    findings: dict[str, Found]
    failed: tuple[str, ...]


class Studying:
    """Takes the customers one by one; `closed` tells what came of it."""

    def __init__(self, setting: Setting) -> None:
        self.setting, self.customers = setting, 0
        self._scores, self._members, self._leaving = Census(), Spread(), Leaving(setting)
        self._studies = {study.name: study for study in studies(setting)}
        self._failed: list[str] = []

    def take(self, subject: Subject) -> None:
        """One more customer."""
        self.customers += 1
        self._scores.add_scores(subject.card)
        self._members.add(subject.card, subject.segments)
        self._leaving.add(subject)
        for study in tuple(self._studies.values()):
            self._or_leave_out(study, lambda study=study: study.add(subject))  # type: ignore[misc]

    def closed(self) -> Closed:
        """The reference with its spreads, and what each study found. Takes long: no work for an event loop."""
        reference = replace(
            self.setting.reference,
            scores=self._scores.distributions(),
            segments=self._members.distributions(),
            around=self._leaving.around(),
        )
        told = {name: self._or_leave_out(study, study.found) for name, study in tuple(self._studies.items())}
        findings = {name: found for name, found in told.items() if found is not None}
        return Closed(reference, self.customers, findings, tuple(self._failed))

    def _or_leave_out(self, study: Study, work: Callable[[], Made]) -> Made | None:
        # What a study has half added can't be taken back: it can't be trusted any more.
        try:
            return work()
        except Exception:
            FAILED.labels(study.name).inc()
            log.exception("study %s is left out of the close", study.name)
            self._failed.append(study.name)
            del self._studies[study.name]
            return None
