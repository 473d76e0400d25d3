"""Customization: whether what we make to the customer's measure, and offer them alone, is to their liking."""

from services.scoring.metrics.distribution import rounded
from services.scoring.metrics.history import History
from services.scoring.metrics.metric import Metric, metric
from services.scoring.metrics.reference import Reference, ranked, unranked
from services.scoring.metrics.rules import Rules
from services.scoring.metrics.tailoring import Tailoring, tailoring


def customization(history: History, rules: Rules, reference: Reference | None) -> Metric:
    """Percentile, among customers with a denominator, of the ratio that is `value` (this project's own).

    Null where nothing could be tailored, nothing was offered or suggested to this one customer and nothing was
    due to them, or the population is not known.
    """
    found = tailoring(history, rules)
    score = None if reference is None else ranked(reference.values, "customization", found.ratio, rules)
    return metric(
        score=score,
        value=found.ratio,
        unit="share tailored and accepted",
        inputs={
            "tailorable_lines": found.lines.whole,
            "tailored_lines_kept": found.lines.part,
            "personal_offers": found.offers.whole,
            "personal_offers_accepted": found.offers.part,
            "suggestions": found.suggestions.whole,
            "suggestions_accepted": found.suggestions.part,
            "preferences_due": found.preferences.whole,
            "preferences_used": found.preferences.part,
            "solutions_due": found.solutions.whole,
            "solutions_delivered": found.solutions.part,
            "ratio": None if found.ratio is None else rounded(found.ratio),
        },
        n=found.n,
        evidence=found.facts,
        reason=_reason(found, score, unranked(reference, rules)),
        rules=rules,
    )


def _reason(found: Tailoring, score: float | None, unknown: str) -> str:
    if not found.n:
        return "Nothing that could be tailored was bought, and nothing offered, suggested or due to this one customer."
    told = (
        (found.lines, "tailorable lines tailored and kept"),
        (found.offers, "personal offers accepted"),
        (found.suggestions, "suggestions accepted"),
        (found.preferences, "preferences used"),
        (found.solutions, "solutions delivered"),
    )
    said = ", ".join(f"{share.part} of {share.whole} {what}" for share, what in told if share.whole)
    return f"{said}; {unknown}." if score is None else f"{said}: mid-rank {score:.0f} of 100 among customers."
