"""Tailoring: what could have been made to this customer's measure in the window, and what was."""

from collections.abc import Sequence
from typing import NamedTuple

from services.scoring.facts.fact import Fact
from services.scoring.metrics.history import History
from services.scoring.metrics.metric import latest
from services.scoring.metrics.needs import Need, preferences, solutions
from services.scoring.metrics.rules import Rules
from services.scoring.metrics.suggestions import suggestions


class Count(NamedTuple):
    """What one fact counts: `part` of `whole` came to something, as `answer` says where another fact does."""

    fact: Fact
    part: int
    whole: int = 1
    answer: Fact | None = None


class Share(NamedTuple):
    """One kind of it, fact by fact."""

    counts: Sequence[Count] = ()

    @property
    def part(self) -> int:
        """How many came to something."""
        return sum(count.part for count in self.counts)

    @property
    def whole(self) -> int:
        """How many could have."""
        return sum(count.whole for count in self.counts)

    @property
    def facts(self) -> list[Fact]:
        """Those that say so, in reading order: answers come in another order than what they answer."""
        return sorted((count.answer or count.fact for count in self.counts), key=lambda fact: fact.order)


class Tailoring(NamedTuple):
    """Tailored lines kept of those tailorable; personal offers and suggestions accepted of those made;
    preferences used of those due; solutions delivered of those promised and due.
    """

    lines: Share
    offers: Share
    suggestions: Share
    preferences: Share
    solutions: Share

    @property
    def n(self) -> int:
        """All that could have come to something."""
        return sum(share.whole for share in self)

    @property
    def ratio(self) -> float | None:
        """What did, over all that could have; None where there was nothing."""
        return sum(share.part for share in self) / self.n if self.n else None

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The latest of it."""
        return latest(*(share.facts for share in self))


def tailoring(history: History, rules: Rules) -> Tailoring:
    """What counts in the window: lines by their sale, offers and suggestions by when they were made.

    A preference or solution counts where it was met or fell due; late is better than never, when is measured
    elsewhere.
    """
    return Tailoring(
        lines=_lines(history),
        offers=_offers(history),
        suggestions=_suggestions(history, rules),
        preferences=_needs(preferences(history), history),
        solutions=_needs(solutions(history), history),
    )


def _lines(history: History) -> Share:
    """A line that came back stays in the whole, even with its whole purchase: it was tailored to no avail."""
    counts = []
    for purchase in history.recent(history.bought):
        lines = [line for line in purchase.lines if line.tailorable]
        if lines:
            kept = sum(line.tailored for line in lines)
            counts.append(Count(purchase.fact, kept, sum(line.tailorable for line in lines)))
    return Share(counts)


def _offers(history: History) -> Share:
    made = [each for each in history.recent(history.contacts) if each.personal and each.consented]
    return Share([Count(offer.fact, int(offer.accepted is not None), answer=offer.accepted) for offer in made])


def _suggestions(history: History, rules: Rules) -> Share:
    made = history.recent(suggestions(history, rules.contact_validity))
    return Share([Count(each.fact, int(each.accepted is not None), answer=each.accepted) for each in made])


def _needs(needs: Sequence[Need], history: History) -> Share:
    due = [need for need in needs if need.counts(history.start, history.as_of)]
    return Share([Count(need.fact, int(bool(need.met)), answer=need.latest) for need in due])
