"""How the phase comes about: purchase by purchase, up to the one that brought it."""

from services.scoring.explanations.explanation import Basis, Quantity, Step, Use, Working, step, uses
from services.scoring.explanations.parts import changes
from services.scoring.metrics.course import Phase, courses
from services.scoring.metrics.phase import Change
from shared.events.customers import AcquisitionStageChanged

_REGULAR = "m ** 2 * sum(gaps ** 2) - m * sum(gaps) ** 2 <= variation ** 2 * (m - 1) * sum(gaps) ** 2"
_EXTENSION = f"(days >= least) * widened * ({_REGULAR})"
_RANK = {phase: at for at, phase in enumerate(Phase)}

Days = dict[str, Quantity]
"""What the purchase days amounted to at a purchase."""


def phase(basis: Basis) -> Working:
    """Each phase by the purchase days when it began; one that did not begin by those of the last purchase."""
    history, reached = basis.history, basis.card.phase
    rank = -1 if reached is None else _RANK[reached]
    began = {change.phase: change for change in basis.card.phases}
    at = _walked(basis, began)
    pipeline = int(any(history.of(AcquisitionStageChanged.TYPE)))
    steps: list[Step] = []
    if reached is not None:
        steps += step("acquisition", "max(pipeline, days >= 1)", int(rank > 0), pipeline=pipeline,
                      days=at[Phase.ACQUISITION]["days"])  # fmt: skip
        steps += step("retention", "days >= 2", int(rank > 1), days=at[Phase.RETENTION]["days"])
        steps += step("extension", _EXTENSION, int(rank > 2), **at[Phase.EXTENSION])
        begun = {name: int(rank >= _RANK[name]) for name in list(Phase)[1:]}
        steps += step(
            "phase", "acquisition + retention + extension", rank, **{str(name): begun[name] for name in begun}
        )
    return Working(
        formula="prospect; acquisition from the pipeline or one purchase day on; retention from two; extension from "
        "five, gaps with s/x̄ ≤ 1, and a category that was not among the first day's",
        known_when="anything is known of the customer",
        steps=steps,
        uses=_began(basis),
        rules=("extension", "unknown_category"),
    )


def _walked(basis: Basis, began: dict[Phase, Change]) -> dict[Phase, Days]:
    """The purchase days at the beginning of each phase, or after the last purchase where it did not begin."""
    rules = basis.rules.extension
    days: Days = {"days": 0, "widened": 0, "gaps": [], "m": 0}
    at: dict[Phase, Days] = {}
    for purchase, course in courses(basis.history.bought, basis.rules):
        gaps = course.gaps
        days = {"days": course.days, "widened": int(course.widened), "gaps": list(gaps), "m": len(gaps)}
        at |= {name: days for name, change in began.items() if change.fact is purchase.fact}
    told = {name: at.get(name, days) for name in Phase}
    return {
        name: each | {"least": rules.purchase_days, "variation": rules.gap_variation} for name, each in told.items()
    }


def _began(basis: Basis) -> list[Use]:
    """What moved it, and the purchases by which it was judged."""
    moved = [Use(change.fact, f"beginning of {change.phase}") for change in basis.card.phases]
    told = {use.fact.order for use in moved}
    bought = [each for each in basis.history.bought if each.fact.order not in told]
    return moved + uses((each.fact for each in bought), "purchase") + changes(basis.history, basis.history.bought)
