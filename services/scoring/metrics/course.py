"""The course of a customer's purchase days, and the phase that it amounts to."""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from enum import StrEnum

from services.scoring.metrics.purchases import Purchase
from services.scoring.metrics.rhythm import gaps
from services.scoring.metrics.rules import Extension, Rules


class Phase(StrEnum):
    """How far a customer came. The phases are in this order, and none is left backwards."""

    PROSPECT = "prospect"
    ACQUISITION = "acquisition"
    RETENTION = "retention"
    EXTENSION = "extension"


class Course:
    """The purchase days so far: how many, their gaps, and what was bought on the first and since.

    `days`: how many; the gaps are kept as a sum of squares, so that a day is added or taken away at one stroke.
    """

    def __init__(self, unknown: str) -> None:
        """`unknown`: the category of lines that have none."""
        self._unknown = unknown
        self._at = datetime.min.replace(tzinfo=UTC)
        self._days: list[int] = []
        self._bills: dict[int, dict[int, Purchase]] = {}
        self._held: dict[int, set[str]] = {}
        self._categories: dict[int, dict[str, int]] = {}
        self._all: dict[str, int] = {}
        self._gap_squares = 0

    @property
    def days(self) -> int:
        """How many purchase days."""
        return len(self._days)

    @property
    def gaps(self) -> list[int]:
        """The days between one purchase day and the next."""
        return gaps(self._days)

    @property
    def widened(self) -> bool:
        """Whether a category was bought that was not among the first day's."""
        return bool(self.days) and len(self._all) > len(self._categories[self._days[0]])

    @property
    def kind_of_second(self) -> str | None:
        """Of the first purchase of the second day, beside those of the first; None before it."""
        if self.days < 2:
            return None
        first, second = (self._bills[day] for day in self._days[:2])
        number = min(second)
        levels = self._levels(first.values())
        if any(level > levels.get(category, level) for category, level in self._levels([second[number]]).items()):
            return "next_level"
        return "similar" if self._held[number] & self._categories[self._days[0]].keys() else "other"

    def _levels(self, bought: Iterable[Purchase]) -> dict[str, int]:
        """The highest level of each category, of what had not come back."""
        levels: dict[str, int] = {}
        for line in (line for purchase in bought for line in purchase.known(self._at, self._unknown)):
            if line.level is not None:
                levels[line.category] = max(line.level, levels.get(line.category, line.level))
        return levels

    def note(self, number: int, purchase: Purchase, at: datetime) -> None:
        """This purchase, the one of that number in reading order, as far as one knew at that time; again if need be."""
        self._at = at
        if number in self._held:
            self._take(number, purchase.day)
        if purchase.stands(at):
            self._put(number, purchase, purchase.categories(at, self._unknown))

    def _put(self, number: int, purchase: Purchase, categories: set[str]) -> None:
        day = purchase.day
        if day not in self._bills:
            self._gap_squares += self._split(day)
            insort(self._days, day)
            self._bills[day], self._categories[day] = {}, {}
        self._bills[day][number] = purchase
        self._held[number] = categories
        _count(self._categories[day], categories, 1)
        _count(self._all, categories, 1)

    def _take(self, number: int, day: int) -> None:
        categories = self._held.pop(number)
        del self._bills[day][number]
        _count(self._categories[day], categories, -1)
        _count(self._all, categories, -1)
        if not self._bills[day]:
            del self._bills[day], self._categories[day], self._days[bisect_left(self._days, day)]
            self._gap_squares -= self._split(day)

    def _split(self, day: int) -> int:
        """By how much the sum of squares grows when this day comes before, between or after the others.

        Between two days it takes a gap of g + h apart: g² + h² - (g + h)² = -2gh.
        """
        at = bisect_left(self._days, day)
        before = day - self._days[at - 1] if at else None
        after = self._days[at] - day if at < len(self._days) else None
        if before is not None and after is not None:
            return -2 * before * after
        gap = before or after or 0
        return gap * gap

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
        m, total = self.days - 1, self._days[-1] - self._days[0]
        return m * m * self._gap_squares - m * total**2 <= limit**2 * (m - 1) * total**2


def _count(counts: dict[str, int], categories: set[str], more: int) -> None:
    for category in categories:
        count = counts.get(category, 0) + more
        if count:
            counts[category] = count
        else:
            del counts[category]


def courses(bought: Sequence[Purchase], rules: Rules) -> Iterator[tuple[Purchase, Course]]:
    """Each purchase with the course up to it, less what had come back in between; the course goes on to change."""
    losses = deque(sorted((loss, number) for number, each in enumerate(bought) for loss in each.losses))
    course = Course(rules.unknown_category)
    for number, purchase in enumerate(bought):
        while losses and losses[0][0] <= purchase.time:
            lost = losses.popleft()[1]
            if lost < number:
                course.note(lost, bought[lost], purchase.time)
        if purchase.stands(purchase.time):
            course.note(number, purchase, purchase.time)
            yield purchase, course
