"""How the scores are spread over the households: a line for each C and each bond, then phases, levels and causes."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from deploy.sample.cards import cards_as_of
from deploy.sample.remote import Remote


class Spread:
    """Scores by name (None where null), and counts of words by kind."""

    def __init__(self) -> None:
        self.scores: dict[str, list[float | None]] = defaultdict(list)
        self.words: dict[str, Counter[str]] = defaultdict(Counter)
        self.cards = 0

    def add(self, card: Mapping[str, Any]) -> None:
        """One card."""
        self.cards += 1
        for name, measured in card["cs"].items():
            self.scores[name].append(measured["score"])
        for name, bond in card["bonds"].items():
            self.scores[f"bond: {name}"].append(bond["strength"])
        self.scores["index"].append(card["index"])
        self.words["phase"][str(card["phase"])] += 1
        self.words["bond level"][str(card["bond_level"])] += 1
        self.words["isolated bonds"][", ".join(card["bonds_isolated"]) or "none"] += 1
        self.words["at risk"][str(card["defection"]["cause"] or "no")] += 1


async def spread(remote: Remote, as_of: str) -> Spread:
    """Of every household's card as of a moment."""
    found = Spread()
    async for card in cards_as_of(remote, as_of):
        found.add(card)
    return found


def show(found: Spread, console: Console) -> None:
    """As a table, scores 0–100, and a line for each kind of word."""
    table = Table("", "min", "25 %", "median", "75 %", "max", "null")
    table.columns[0].overflow = "fold"
    for name, scores in found.scores.items():
        known = [score for score in scores if score is not None]
        marks = [f"{mark:.1f}" for mark in np.percentile(known, (0, 25, 50, 75, 100))] if known else ["–"] * 5
        table.add_row(name, *marks, f"{100 * (1 - len(known) / len(scores)):.1f} %")
    console.print(table)
    for kind, counts in found.words.items():
        told = ", ".join(f"{word} {count:,}" for word, count in sorted(counts.items()))
        console.print(f"{kind}: {told}", markup=False, highlight=False, soft_wrap=True)
    console.print(f"{found.cards:,} cards", markup=False, highlight=False)
