"""How Customer comes about: the objectives that somebody set, or the default ones."""

from collections.abc import Sequence

from services.scoring.explanations.explanation import Basis, Number, Step, Use, Working, step
from services.scoring.explanations.parts import DAY, MEAN, about, changes
from services.scoring.metrics.defaults import Defaults, defaults
from services.scoring.metrics.metric import amount
from services.scoring.metrics.objectives import Objective, objectives
from services.scoring.metrics.rhythm import Limit, around, gaps, in_days
from services.scoring.metrics.rules import Silence
from shared.events.customers import ObjectiveProgressed, ObjectiveSet

_SHARE = "round(100 * mean(min(1, max(0, progress / target / expected)) * strategy), 4)"
_KNOWN = "somebody set an objective a day ago, or the customer bought and their own gaps or the base's are known"


def customer(basis: Basis) -> Working:
    """The objectives where one can be judged, else the default ones."""
    judged = [
        each for each in objectives(basis.history) if each.judged_from(basis.rules.objectives) <= basis.history.as_of
    ]
    return _set(basis, judged) if judged else _default(basis)


def _set(basis: Basis, judged: list[Objective]) -> Working:
    history, rules = basis.history, basis.rules.objectives
    steps = step(
        "score",
        _SHARE,
        basis.card.cs["customer"].score,
        progress={each.fact.subject: amount(each.progress) for each in judged},
        target={each.fact.subject: amount(each.target) for each in judged},
        expected={each.fact.subject: each.expected(history.as_of) for each in judged},
        strategy={each.fact.subject: 1.0 if each.strategy else rules.without_strategy for each in judged},
    )
    subjects = [each.fact.subject for each in judged]
    told = about(history.of(ObjectiveSet.TYPE), subjects, "objective")
    return Working(
        formula="100 · mean over the objectives of min(1, progress/expected), half without a strategy",
        known_when=_KNOWN,
        steps=steps,
        uses=told + about(history.of(ObjectiveProgressed.TYPE), subjects, "progress; the last one counts"),
        rules=("objectives",),
    )


def _default(basis: Basis) -> Working:
    history, reference = basis.history, basis.reference
    found = defaults(history, basis.card.phase, basis.rules, reference)
    steps = limit_of(history.days, found.limit, basis.rules.silence) + _rhythm(found)
    parts = {"rhythm": found.rhythm, "new_category": found.widening}
    part: dict[str, Number] = {name: each for name, each in parts.items() if each is not None}
    usual = {} if reference is None else {
        "median_gap": reference.median_gap, "median_first_interval": reference.median_first_interval
    }  # fmt: skip
    return Working(
        formula="by default the mean of rhythm 100·clamp(2 − silence/limit) and, from extension on, a new category",
        known_when=_KNOWN,
        steps=steps + step("score", MEAN, basis.card.cs["customer"].score, part=part),
        uses=bought(basis),
        rules=("silence", "new_category", "default_confidence"),
        reference_inputs=usual,
    )


def _rhythm(found: Defaults) -> list[Step]:
    steps = []
    if found.silence is not None and found.limit is not None:
        expression = "round(100 * min(1, max(0, 2 - silence / limit)), 4)"
        steps = step("rhythm", expression, found.rhythm, silence=found.silence, limit=in_days(found.limit.length))
    return steps + step("new_category", "100 * (new > 0)", found.widening, new=len(found.new or ()))


def limit_of(days: Sequence[int], limit: Limit | None, rules: Silence) -> list[Step]:
    """How long a silence is usual, in days: by the customer's own gaps, or by the base's usual one."""
    if limit is None:
        return []
    least, length, factor = rules.least / DAY, in_days(limit.length), rules.factor
    if limit.usual is None:
        below, above, beyond = around(sorted(gaps(days)), rules.quantile)
        expression = "max(least, factor * (below + (above - below) * beyond))"
        return step("limit", expression, length, least=least, factor=factor, below=below, above=above, beyond=beyond)
    return step("limit", "max(least, factor * usual)", length, least=least, factor=factor, usual=limit.usual)


def bought(basis: Basis) -> list[Use]:
    """Every purchase not wholly returned: its day, in days since 1970-01-01, makes the gaps."""
    kept = basis.history.purchases
    return [Use(each.fact, "purchase", {"day": each.day}) for each in kept] + changes(basis.history, kept)
