"""Customization: whether what we tailor to the customer, and offer them alone, is to their liking."""

from typing import NamedTuple

from services.scoring.facts.fact import Fact
from services.scoring.metrics.distribution import rounded
from services.scoring.metrics.history import History
from services.scoring.metrics.metric import Metric, latest, metric
from services.scoring.metrics.reference import Reference, ranked, unranked
from services.scoring.metrics.rules import Rules


class Tailoring(NamedTuple):
    """What could have been tailored in the window, and what was and was kept."""

    tailorable: int
    kept: int
    offered: int
    accepted: int
    facts: tuple[Fact, ...]

    @property
    def n(self) -> int:
        """Lines that could be tailored and personal offers made."""
        return self.tailorable + self.offered

    @property
    def ratio(self) -> float | None:
        """Tailored lines kept and personal offers accepted over their denominators; None without one."""
        return (self.kept + self.accepted) / self.n if self.n else None


def tailoring(history: History) -> Tailoring:
    """Tailorable lines sold and consented personal offers made in the window.

    A line that came back stays in the denominator, even where its whole purchase came back: it was tailored
    to no avail.
    """
    sold = [
        (purchase.fact, line)
        for purchase in history.recent(history.bought)
        for line in purchase.lines
        if line.tailorable
    ]
    offers = [each for each in history.recent(history.contacts) if each.personal and each.consented]
    return Tailoring(
        tailorable=sum(line.tailorable for _, line in sold),
        kept=sum(line.tailored for _, line in sold),
        offered=len(offers),
        accepted=sum(offer.accepted is not None for offer in offers),
        facts=latest(
            list({(fact.source, fact.id): fact for fact, _ in sold}.values()),
            [offer.accepted or offer.fact for offer in offers],
        ),
    )


def customization(history: History, rules: Rules, reference: Reference | None) -> Metric:
    """Percentile, among customers with a denominator, of the ratio that is `value` (this project's own).

    Null where nothing was tailorable and no personal offer was made, or the population is not known.
    """
    found = tailoring(history)
    score = None if reference is None else ranked(reference.values, "customization", found.ratio, rules)
    return metric(
        score=score,
        value=found.ratio,
        unit="share tailored and accepted",
        inputs={
            "tailorable_lines": found.tailorable,
            "tailored_lines_kept": found.kept,
            "personal_offers": found.offered,
            "personal_offers_accepted": found.accepted,
            "ratio": None if found.ratio is None else rounded(found.ratio),
        },
        n=found.n,
        evidence=found.facts,
        reason=_reason(found, score, unranked(reference, rules)),
        rules=rules,
    )


def _reason(found: Tailoring, score: float | None, unknown: str) -> str:
    if not found.n:
        return "Nothing that could be tailored was bought and no personal offer was made."
    said = (
        f"{found.kept} of {found.tailorable} tailorable lines tailored and kept, "
        f"{found.accepted} of {found.offered} personal offers accepted"
    )
    return f"{said}; {unknown}." if score is None else f"{said}: better than {score:.0f} % of customers."
