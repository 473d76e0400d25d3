"""Every score that can be explained, by its name, and the explanation of it."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

from services.scoring.explanations.bonds import bond, bond_level
from services.scoring.explanations.course import phase
from services.scoring.explanations.cs import CS
from services.scoring.explanations.explanation import Basis, Explanation, Working
from services.scoring.explanations.leaving import defection
from services.scoring.explanations.whole import index
from services.scoring.explanations.worth import value
from services.scoring.metrics.bond_evidence import BONDS
from services.scoring.metrics.metric import amount
from services.scoring.metrics.reference import rfc3339
from services.scoring.metrics.rules import ELEVEN_CS, C
from services.scoring.metrics.scorecard import Scorecard
from shared.events.scores import BondName

MOST = 1_000
"""How many facts an explanation shows."""
_HUNDRED = "0–100"


class Shown(NamedTuple):
    """A score as it stands on the card."""

    value: bool | int | float | str | None
    unit: str
    reason: str


class Score(NamedTuple):
    """One score: what the card shows of it, and how it is worked out."""

    shown: Callable[[Scorecard], Shown]
    work: Callable[[Basis], Working]


def _c(name: C, card: Scorecard) -> Shown:
    return Shown(card.cs[name].score, _HUNDRED, card.cs[name].reason)


def _bond(name: BondName, card: Scorecard) -> Shown:
    return Shown(card.bonds.bonds[name].strength, _HUNDRED, card.bonds.bonds[name].reason)


def _index(card: Scorecard) -> Shown:
    known = sum(each.score is not None for each in card.cs.values())
    return Shown(card.index.value, _HUNDRED, f"{known} of the eleven Cs are known.")


def _bond_level(card: Scorecard) -> Shown:
    if card.bonds.level is None:
        return Shown(None, "level 0–4", "The customer never dealt with us.")
    held = [name for name in BONDS if card.bonds.bonds[name].held]
    return Shown(card.bonds.level, "level 0–4", f"Held by: {', '.join(held)}." if held else "No bond holds.")


def _phase(card: Scorecard) -> Shown:
    unit = "0 prospect, 1 acquisition, 2 retention, 3 extension"
    if card.phase is None:
        return Shown(None, unit, "Nothing is known of the customer.")
    last = card.phases[-1]
    return Shown(str(last.phase), unit, f"In {last.phase} since {last.fact.time:%Y-%m-%d}, by {last.fact.type}.")


def _value(card: Scorecard) -> Shown:
    found = card.value
    return Shown(None if found.clv is None else amount(found.clv), found.currency or "money", found.reason)


def _defection(card: Scorecard) -> Shown:
    return Shown(card.defection.at_risk, "1 at risk, 0 not", card.defection.reason)


SCORES: Mapping[str, Score] = {
    **{name: Score(partial(_c, name), CS[name]) for name in ELEVEN_CS},
    **{f"bonds.{name}": Score(partial(_bond, name), partial(bond, name=name)) for name in BONDS},
    "index": Score(_index, index),
    "bond_level": Score(_bond_level, bond_level),
    "phase": Score(_phase, phase),
    "value": Score(_value, value),
    "defection": Score(_defection, defection),
}


def explain(score: str, customer: str, basis: Basis) -> Explanation:
    """How this score of this customer came about. Raises `KeyError` where there is no such score."""
    card, made = basis.card, SCORES[score].work(basis)
    shown = SCORES[score].shown(card)
    uses = sorted(made.uses, key=lambda use: use.fact.order, reverse=True)
    reference = card.reference
    return Explanation(
        customer_id=customer,
        as_of=card.as_of,
        rules_version=card.rules_version,
        reference=reference and {"as_of": rfc3339(reference.as_of), "revision": reference.revision},
        score=score,
        value=shown.value,
        unit=shown.unit,
        reason=shown.reason,
        formula=made.formula,
        known_when=made.known_when,
        steps=list(made.steps),
        facts=[use.to_told() for use in uses[:MOST]],
        facts_used=len(uses),
        rules=basis.rules.model_dump(mode="json", include=set(made.rules)),
        reference_inputs=dict(made.reference_inputs),
    )
