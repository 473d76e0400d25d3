"""How the strength of a bond, and the level that the customer is held by, come about."""

from services.scoring.explanations.explanation import Basis, Number, Step, Use, Working, step
from services.scoring.explanations.parts import DAY
from services.scoring.metrics.bond_evidence import BONDS
from services.scoring.metrics.bonds import Bond, distinct, strength
from shared.events.scores import BondName

_STRENGTH = "round(100 * (1 - exp(-min(most, sum(weight * 0.5 ** (age / half_life))))), 4)"
_HELD = "(then >= held) * (events >= least) * (now >= lost)"
_LEVEL = (
    "financial + financial * social + financial * social * customization"
    " + financial * social * customization * structural"
)
_KNOWN = "the customer ever dealt with us"


def bond(basis: Basis, name: BondName) -> Working:
    """The evidence that counts, each piece faded by its age."""
    return Working(
        formula="100·(1 − exp(−S)), S = min(1.5, Σ w·0.5^(age/180 d)), ages in whole days, one piece per kind in 30 d",
        known_when=_KNOWN,
        steps=_held(basis, basis.card.bonds.bonds[name]) + _strength(basis, name, "score"),
        uses=_pieces(basis, name),
        rules=("bonds",),
    )


def bond_level(basis: Basis) -> Working:
    """Which of the four hold, and up to which of them all do."""
    found = basis.card.bonds
    held = {str(name): int(found.bonds[name].held) for name in BONDS}
    steps: list[Step] = []
    for name in BONDS:
        steps += _strength(basis, name, f"{name}_strength")
        steps += _held(basis, found.bonds[name], f"{name}_held")
    return Working(
        formula="the highest level up to which every bond is held; held from strength 50 out of two events until it "
        "falls below 35",
        known_when=_KNOWN,
        steps=steps + step("bond_level", _LEVEL, found.level, **held),
        uses=[use for name in BONDS for use in _pieces(basis, name)],
        rules=("bonds",),
    )


def _strength(basis: Basis, name: BondName, as_step: str) -> list[Step]:
    """Like `strength` says: the latest piece first."""
    found, rules = basis.card.bonds.bonds[name], basis.rules.bonds
    weight: list[Number] = [piece.weight for piece in reversed(found.pieces)]
    age: list[Number] = [(basis.history.as_of - piece.time).days for piece in reversed(found.pieces)]
    numbers = {"most": rules.most, "half_life": rules.half_life / DAY}
    return step(as_step, _STRENGTH, found.strength, weight=weight, age=age, **numbers)


def _held(basis: Basis, found: Bond, name: str = "held") -> list[Step]:
    """Whether it holds: by the piece with which it came to be held, or else by the latest one."""
    if not found.pieces:
        return []
    rules, as_of = basis.rules.bonds, basis.history.as_of
    at = found.pieces[-1].time if found.since is None else found.since
    upto = [piece for piece in found.pieces if piece.time <= at]
    return step(
        name,
        _HELD,
        int(found.held),
        then=strength(upto, at, rules),
        held=rules.held,
        events=distinct(upto, at, rules),
        least=rules.events,
        now=strength(found.pieces, as_of, rules),
        lost=rules.lost,
    )


def _pieces(basis: Basis, name: BondName) -> list[Use]:
    return [
        Use(piece.fact, piece.kind.name, {"weight": piece.weight, "age": (basis.history.as_of - piece.time).days})
        for piece in basis.card.bonds.bonds[name].pieces
    ]
