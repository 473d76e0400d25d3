"""The profile of each segment, of the best customers and of everybody (S07), as of the close."""

from array import array
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from services.scoring.studies import portrait
from services.scoring.studies.attractiveness import attractiveness
from services.scoring.studies.best import Best
from services.scoring.studies.columns import Chosen
from services.scoring.studies.gallery import Gallery
from services.scoring.studies.groups import Groups
from services.scoring.studies.study import NOBODY_KNOWN, Found, Setting, Subject


@dataclass(slots=True)
class _Members:
    """`rows`: of the members now; `before`: how many there were when the last period began, `left` of them by now."""

    rows: "array[int]" = field(default_factory=lambda: array("l"))
    before: int = 0
    left: int = 0


class SegmentProfile:
    """Who is in each segment and what they are like, beside the best and everybody."""

    name = "segment_profile"

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._gallery, self._best = Gallery(setting.rules), Best(1)
        self._groups = Groups(setting.segments, _Members)

    def add(self, subject: Subject) -> None:
        """One more customer."""
        row = self._gallery.add(subject)
        self._best.add([portrait.worth(subject)], subject.history.currency)
        for members in self._groups.of(subject.segments):
            members.rows.append(row)
        for members in self._groups.of(subject.segments_before):
            members.before += 1
        for members in self._groups.of(set(subject.segments_before) - set(subject.segments)):
            members.left += 1

    def found(self) -> Found:
        """`{all, best, segments}`; `best` is null where nobody's value is known."""
        everybody = np.ones(self._gallery.size, dtype=np.bool_)
        best = self._best.chosen(self._setting.rules.audit.best)[0] if self._best.known else None
        segments = self._groups.to_json(lambda members: self._tell(members, everybody))["segments"]
        return Found(
            {
                "all": self._gallery.profile(everybody),
                "best": None if best is None else self._gallery.profile(best),
                "segments": segments,
            }
        )

    def _tell(self, members: _Members, everybody: Chosen) -> dict[str, Any]:
        chosen = np.zeros_like(everybody)
        chosen[np.asarray(members.rows)] = True
        now, known = len(members.rows), self._setting.members_known
        return {
            **self._gallery.profile(chosen),
            "before": members.before if known else None,
            "entered": now - members.before + members.left if known else None,
            "left": members.left if known else None,
            "reason": None if known else NOBODY_KNOWN,
            "attractiveness": attractiveness(
                now / len(everybody) if now else 0.0,
                (now, members.before if known else None),
                self._gallery.mean(portrait.CONTRIBUTION, chosen),
                (self._accepted(chosen), self._accepted(everybody)),
                self._gallery.mean(portrait.AT_RISK, chosen),
            ),
        }

    def _accepted(self, chosen: Chosen) -> float | None:
        delivered = self._gallery.total(portrait.DELIVERED, chosen)
        return self._gallery.total(portrait.ACCEPTED, chosen) / delivered if delivered else None
