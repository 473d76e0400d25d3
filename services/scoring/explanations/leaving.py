"""How it comes about that a customer is, or is not, at risk of leaving, and which cause the evidence names."""

from services.scoring.explanations.aims import bought, limit_of
from services.scoring.explanations.explanation import Basis, Number, Step, Use, Working, step, uses
from services.scoring.explanations.parts import DAY
from services.scoring.explanations.worth import expectations, model_of
from services.scoring.metrics.causes import points
from services.scoring.metrics.defection import Defection
from services.scoring.metrics.rhythm import Limit
from services.scoring.metrics.risk import unlikely

_RISK = "max(left, silent, unlikely)"


def defection(basis: Basis) -> Working:
    """What speaks for it: words, silence, the value model; and the points of each cause."""
    found = basis.card.defection
    steps, signs = _signs(basis, found)
    for cause, total in points(found.evidence).items():
        told: list[Number] = [piece.points for piece in found.evidence if piece.cause is cause]
        steps += step(f"points_{cause}", "sum(points)", total, points=told)
    return Working(
        formula="an exit stated and no purchase since, or a silence over max(30 d, 2 × the 95th percentile of the "
        "own gaps), or a probability alive below 0.30; the cause that leads by 2 with at least 3 points",
        known_when="always: whoever shows no sign of leaving is not at risk",
        steps=steps + step("at_risk", _RISK, int(found.at_risk), **signs),
        uses=_evidence(basis) + uses(basis.history.exits, "exit or reason for leaving stated") + bought(basis),
        rules=("silence", "causes", "patterns", "value"),
        reference_inputs={**model_of(basis), "around": _around(basis)} if basis.reference else {},
    )


def _signs(basis: Basis, found: Defection) -> tuple[list[Step], dict[str, Number]]:
    """Each of the three signs: 1 where it shows, else 0."""
    absence, alive = found.absence, basis.rules.value.alive
    improbable = int(unlikely(found.p_alive, basis.rules))
    own = None if absence.limit is None else Limit(absence.limit, "their own gaps")
    steps = limit_of(basis.history.days, own, basis.rules.silence)
    if absence.silence is not None and absence.limit is not None:
        numbers = {"silence": absence.silence / DAY, "limit": absence.limit / DAY}
        steps += step("silent", "silence > limit", int(absence.silent), **numbers)
    if found.p_alive is not None:
        steps += expectations(basis)[:1]
        steps += step("unlikely", "p_alive < alive", improbable, p_alive=found.p_alive, alive=alive)
    return steps, {"left": int(absence.left), "silent": int(absence.silent), "unlikely": improbable}


def _evidence(basis: Basis) -> list[Use]:
    """The pieces that are facts of the customer."""
    known = {(fact.time, fact.type, fact.subject): fact for fact in basis.history.facts}
    pieces = [(known.get(piece[:3]), piece) for piece in basis.card.defection.evidence]
    return [
        Use(fact, f"evidence of the cause {piece.cause}", {"points": piece.points})
        for fact, piece in pieces
        if fact is not None
    ]


def _around(basis: Basis) -> list[dict[str, object]]:
    """The pieces that happened around the customer."""
    known = {(fact.time, fact.type, fact.subject) for fact in basis.history.facts}
    return [piece.to_json() for piece in basis.card.defection.evidence if piece[:3] not in known]
