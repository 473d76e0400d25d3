"""The course of a customer's purchase days, and the phase that it amounts to."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum

from services.scoring.metrics.purchases import Purchase
from services.scoring.metrics.rules import Extension, Rules


class Phase(StrEnum):
    """How far a customer came. The phases are in this order, and none is left backwards."""

    PROSPECT = "prospect"
    ACQUISITION = "acquisition"
    RETENTION = "retention"
    EXTENSION = "extension"


class Course:
    """The purchase days so far, as sums: days, their gaps, what was bought at first and since."""

    def __init__(self) -> None:
        self.days = 0
        self.last = 0
        self.gap_sum = 0
        self.gap_squares = 0
        self.original: set[str] = set()
        self.levels: dict[str, int] = {}
        self.widened = False
        self.kind_of_second: str | None = None

    def add(self, purchase: Purchase, at: datetime, unknown: str) -> None:
        """One more purchase, later than those before; `at`: as far as one knew then."""
        categories = purchase.categories(at, unknown)
        if not self.days or purchase.day != self.last:
            self._next_day(purchase.day)
            if self.days == 2:
                self.kind_of_second = self._kind(purchase, categories)
        if self.days == 1:
            self.original |= categories
            self._note_levels(purchase)
        else:
            self.widened = self.widened or not categories <= self.original

    def _next_day(self, day: int) -> None:
        if self.days:
            gap = day - self.last
            self.gap_sum += gap
            self.gap_squares += gap * gap
        self.days += 1
        self.last = day

    def _note_levels(self, purchase: Purchase) -> None:
        for line in purchase.lines:
            if line.level is not None:
                self.levels[line.category] = max(line.level, self.levels.get(line.category, line.level))

    def _kind(self, purchase: Purchase, categories: set[str]) -> str:
        if any(
            line.level is not None and line.level > self.levels.get(line.category, line.level)
            for line in purchase.lines
        ):
            return "next_level"
        return "similar" if categories & self.original else "other"

    def phase(self, rules: Extension) -> Phase:
        """The phase that these days amount to."""
        if self.days < 2:
            return Phase.ACQUISITION if self.days else Phase.PROSPECT
        regular = self.days >= rules.purchase_days and self._regular(rules.gap_variation)
        return Phase.EXTENSION if regular and self.widened else Phase.RETENTION

    def _regular(self, limit: float) -> bool:
        """Whether the sample coefficient of variation of the gaps is within `limit`, in whole numbers.

        s²/x̄² <= c² with s² = (Q - S²/m)/(m - 1) and x̄ = S/m, multiplied out, is m²Q - mS² <= c²(m - 1)S².
        """
        m, total = self.days - 1, self.gap_sum
        return m * m * self.gap_squares - m * total**2 <= limit**2 * (m - 1) * total**2


def courses(bought: Sequence[Purchase], rules: Rules) -> Iterator[tuple[Purchase, Course]]:
    """Each purchase with the course up to it; told anew when something had come back in between."""
    losses = sorted(loss for each in bought for loss in each.losses)
    course = Course()
    for at, purchase in enumerate(bought):
        time = purchase.time
        if losses and losses[0] <= time:
            losses = [loss for loss in losses if loss > time]
            course = Course()
            for earlier in bought[:at]:
                if earlier.stands(time):
                    course.add(earlier, time, rules.unknown_category)
        if purchase.stands(time):
            course.add(purchase, time, rules.unknown_category)
            yield purchase, course
