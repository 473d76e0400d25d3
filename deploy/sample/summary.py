"""What a run did, in a table and some lines."""

from rich.console import Console
from rich.table import Table

from deploy.sample.loading import Outcome


def summarize(outcome: Outcome, console: Console) -> None:
    """Verdicts of each step, rates, and how long it took until the scores had caught up."""
    table = Table("step", "accepted", "duplicate", "rejected")
    for name, found in outcome.verdicts.items():
        table.add_row(name, *(f"{count:,}" for count in (found.accepted, found.duplicate, found.rejected)))
    console.print(table)
    for line in _lines(outcome):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _lines(outcome: Outcome) -> list[str]:
    if outcome.problems:
        return ["some lines were rejected:", *outcome.problems]
    baskets = outcome.verdicts["purchases"].total
    closes = "  ".join(f"{as_of[:10]} {seconds:.1f}" for as_of, seconds in outcome.closes.items())
    return [
        f"sent in {outcome.sent:.1f} s: {baskets:,} baskets, {outcome.lines:,} lines",
        f"facts in after {outcome.facts_in:.1f} s: {baskets / outcome.facts_in:,.0f} baskets/s, "
        f"{outcome.lines / outcome.facts_in:,.0f} lines/s",
        f"scored after {outcome.scored:.1f} s",
        f"closes in {sum(outcome.closes.values()):.1f} s: {closes}",
        f"everything after {outcome.total:.1f} s",
    ]
