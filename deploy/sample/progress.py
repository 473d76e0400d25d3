"""How far each step is: bars with rates on a terminal, a line every few seconds elsewhere."""

import time
from types import TracebackType

from rich import progress as bars
from rich.console import Console
from rich.text import Text

EVERY_S = 5.0
SHOWN_S = 0.1
"""A bar is moved no more often: a verdict comes every few microseconds."""


class Rate(bars.ProgressColumn):
    """Entries a second since the step began."""

    def render(self, task: bars.Task) -> Text:
        """The column's text."""
        seconds = task.finished_time or task.elapsed or 0.0
        return Text(f"{task.completed / seconds:,.0f}/s" if seconds and task.total else "")


class Progress:
    """Everything that the loader shows. To be used as a context manager."""

    def __init__(self, console: Console) -> None:
        self.console = console
        columns = (
            bars.TextColumn("{task.description:14}"),
            bars.BarColumn(),
            bars.TextColumn("{task.fields[told]:>18}"),
            Rate(),
            bars.TimeElapsedColumn(),
        )
        self.bars = bars.Progress(*columns, console=console) if console.is_terminal else None

    def __enter__(self) -> "Progress":
        if self.bars is not None:
            self.bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.bars is not None:
            self.bars.stop()

    def say(self, line: str) -> None:
        """One line, as it is."""
        self.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def step(self, name: str, total: int | None = None) -> "Step":
        """A step to be done; without a total it is one that waits."""
        return Step(self, name, total)


class Step:
    """One step, from `with` to its end. `seconds`: how long it took, or takes."""

    def __init__(self, shown: Progress, name: str, total: int | None) -> None:
        self.shown, self.name, self.total, self.done = shown, name, total, 0
        self._begun = self._said = time.monotonic()
        self._ended: float | None = None
        self._moved = 0.0
        self._task = bars.TaskID(0)

    def __enter__(self) -> "Step":
        self._begun = self._said = time.monotonic()
        if self.shown.bars is not None:
            self._task = self.shown.bars.add_task(self.name, total=self.total, told="")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._ended = time.monotonic()
        if kind is not None:
            return
        if self.shown.bars is None:
            rate = f", {self.done / self.seconds:,.0f}/s" if self.total and self.seconds else ""
            self.shown.say(f"{self.name}: done in {self.seconds:.1f} s{rate}")
        elif self.total is None:
            self.shown.bars.update(self._task, total=1, completed=1, told="")

    @property
    def seconds(self) -> float:
        """Since it began, until it ended."""
        return (time.monotonic() if self._ended is None else self._ended) - self._begun

    def advance(self, count: int = 1) -> None:
        """So many more are done."""
        self.done += count
        now = time.monotonic()
        if now - self._moved < SHOWN_S and self.done != self.total:
            return
        self._moved = now
        told = f"{self.done:,} of {self.total:,}"
        if self.shown.bars is not None:
            self.shown.bars.update(self._task, completed=self.done, told=told)
        else:
            self._say_sometimes(f"{told}, {self.done / max(self.seconds, 0.001):,.0f}/s")

    def tell(self, told: str) -> None:
        """What it waits for."""
        if self.shown.bars is not None:
            self.shown.bars.update(self._task, told=told)
        else:
            self._say_sometimes(told)

    def _say_sometimes(self, told: str) -> None:
        if time.monotonic() - self._said >= EVERY_S:
            self._said = time.monotonic()
            self.shown.say(f"{self.name}: {told}")
