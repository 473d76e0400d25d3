"""Tailoring: what could have been made to this customer's measure in the window, and what was."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from services.scoring.facts.fact import Fact
from services.scoring.metrics.history import History
from services.scoring.metrics.metric import latest
from services.scoring.metrics.needs import Need, preferences, solutions
from services.scoring.metrics.rules import Rules
from services.scoring.metrics.suggestions import suggestions


class Share(NamedTuple):
    """One kind of it: so many of `whole` came to something, with the facts that say so, in reading order."""

    part: int
    whole: int
    facts: Sequence[Fact]


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
    sold = [
        (purchase.fact, line)
        for purchase in history.recent(history.bought)
        for line in purchase.lines
        if line.tailorable
    ]
    return Share(
        part=sum(line.tailored for _, line in sold),
        whole=sum(line.tailorable for _, line in sold),
        facts=list({(fact.source, fact.id): fact for fact, _ in sold}.values()),
    )


def _offers(history: History) -> Share:
    made = [each for each in history.recent(history.contacts) if each.personal and each.consented]
    accepted = sum(offer.accepted is not None for offer in made)
    return Share(accepted, len(made), _in_order(offer.accepted or offer.fact for offer in made))


def _suggestions(history: History, rules: Rules) -> Share:
    made = history.recent(suggestions(history, rules.contact_validity))
    accepted = sum(each.accepted is not None for each in made)
    return Share(accepted, len(made), _in_order(each.accepted or each.fact for each in made))


def _needs(needs: Sequence[Need], history: History) -> Share:
    due = [need for need in needs if need.counts(history.start, history.as_of)]
    return Share(sum(bool(need.met) for need in due), len(due), _in_order(need.latest for need in due))


def _in_order(facts: Iterable[Fact]) -> list[Fact]:
    """Answers come in another order than what they answer."""
    return sorted(facts, key=lambda fact: fact.order)
