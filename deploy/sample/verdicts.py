"""What became of what was sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SHOWN = 5


@dataclass(slots=True)
class Verdicts:
    """Counts of one step; `problems`: the first of the rejected lines, in words."""

    accepted: int = 0
    duplicate: int = 0
    rejected: int = 0
    problems: list[str] = field(default_factory=list)

    def add(self, verdict: Mapping[str, Any]) -> None:
        """One line's verdict."""
        if verdict["status"] == "accepted":
            self.accepted += 1
        elif verdict["status"] == "duplicate":
            self.duplicate += 1
        else:
            self.rejected += 1
            if len(self.problems) < SHOWN:
                self.problems.append(_words(verdict))

    def count(self, *, fresh: bool) -> None:
        """One entity that was put."""
        self.add({"status": "accepted" if fresh else "duplicate"})

    def merge(self, other: "Verdicts") -> None:
        """Another part of the same step."""
        self.accepted += other.accepted
        self.duplicate += other.duplicate
        self.rejected += other.rejected
        self.problems = [*self.problems, *other.problems][:SHOWN]

    @property
    def total(self) -> int:
        """How many there were."""
        return self.accepted + self.duplicate + self.rejected


def _words(verdict: Mapping[str, Any]) -> str:
    problem = verdict.get("problem", {})
    errors = "; ".join(f"{e['pointer']} {e['detail']}" for e in problem.get("errors", [])[:3])
    return f"line {verdict.get('line')}: {problem.get('title')} ({errors})"
