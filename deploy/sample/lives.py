"""What becomes of a simulated complaint: most are settled in time, some late, some twice, some never."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from deploy.sample.bodies import Body, instant

MINUTES = {"low": (2880, 14400), "normal": (1440, 7200), "high": (240, 2880), "critical": (60, 1440)}
"""The usual standards: minutes to acknowledge and to resolve, which a life keeps or misses."""
DEPARTMENTS = ("store-management", "checkout", "purchasing", "customer-service")
DAY = 24 * 60


@dataclass(slots=True)
class Diary:
    """Collects one complaint's steps as they are drawn."""

    draw: random.Random
    severity: str
    cause: str
    steps: list[tuple[str, Body]] = field(default_factory=list)

    def later(self, at: datetime, least: int, most: int) -> datetime:
        """Some minutes after `at`."""
        return at + timedelta(minutes=self.draw.randint(least, most))

    def within(self, opened: datetime, answer: int, least: int, most: int) -> datetime:
        """When least to most percent of the standard are used up; `answer`: 0 to acknowledge, 1 to resolve."""
        standard = MINUTES[self.severity][answer]
        return self.later(opened, standard * least // 100, standard * most // 100)

    def note(self, verb: str, at: datetime, **body: object) -> datetime:
        """Adds a step."""
        self.steps.append((verb, {"occurred_at": instant(at), **body}))
        return at

    def resolve(self, at: datetime, how: str, *, first_contact: bool = False) -> datetime:
        """Adds the resolution."""
        return self.note("resolve", at, resolution=how, root_cause=self.cause, first_contact=first_contact)


def live(diary: Diary, opened: datetime) -> None:
    """Draws one of the lives and lives it."""
    [life] = diary.draw.choices(list(LIVES), list(LIVES.values()))
    life(diary, opened)


def _settled(diary: Diary, opened: datetime) -> None:
    acknowledged = diary.note("acknowledge", diary.within(opened, 0, 5, 90))
    if diary.draw.random() < 0.5:
        diary.note("assign", acknowledged, department=diary.draw.choice(DEPARTMENTS))
    resolved = diary.resolve(max(acknowledged, diary.within(opened, 1, 15, 90)), "explained and set right")
    if diary.draw.random() < 0.3:
        diary.note("remedy", resolved, kind="voucher", cost_amount="5.00", currency="USD")
    diary.note("close", diary.later(resolved, DAY, 3 * DAY))


def _at_once(diary: Diary, opened: datetime) -> None:
    at = diary.note("acknowledge", diary.later(opened, 0, 20))
    resolved = diary.resolve(diary.later(at, 0, 20), "set right at the counter", first_contact=True)
    diary.note("close", resolved)


def _late(diary: Diary, opened: datetime) -> None:
    at = diary.note("acknowledge", diary.within(opened, 0, 80, 250))
    at = max(at, diary.within(opened, 1, 101, 140))
    diary.note("escalate", at, note="past its time")
    resolved = diary.resolve(max(at, diary.within(opened, 1, 140, 250)), "set right, late")
    diary.note("remedy", resolved, kind="apology")
    diary.note("close", diary.later(resolved, DAY, 5 * DAY))


def _reopened(diary: Diary, opened: datetime) -> None:
    acknowledged = diary.note("acknowledge", diary.within(opened, 0, 5, 90))
    resolved = diary.resolve(max(acknowledged, diary.within(opened, 1, 15, 60)), "explained")
    again = diary.note("reopen", diary.later(resolved, DAY, 4 * DAY), reason="it happened again")
    diary.note("assign", again, department=diary.draw.choice(DEPARTMENTS))
    resolved = diary.resolve(diary.later(again, DAY, 3 * DAY), "set right for good")
    diary.note("close", diary.later(resolved, DAY, 3 * DAY))


def _answered(diary: Diary, opened: datetime) -> None:
    at = diary.note("acknowledge", diary.within(opened, 0, 5, 150))
    diary.note("assign", at, department=diary.draw.choice(DEPARTMENTS))


def _withdrawn(diary: Diary, opened: datetime) -> None:
    at = diary.note("acknowledge", diary.within(opened, 0, 5, 90))
    diary.note("withdraw", diary.later(at, 30, DAY), reason="it was a misunderstanding")


def _forgotten(diary: Diary, opened: datetime) -> None:
    """Left open: nothing follows."""


LIVES: dict[Callable[[Diary, datetime], None], int] = {
    _settled: 50,
    _at_once: 14,
    _late: 14,
    _reopened: 8,
    _answered: 4,
    _withdrawn: 5,
    _forgotten: 5,
}
"""The lives and how often each is drawn, in percent."""
