"""What a segment's rule may ask of a customer: a catalogue of typed fields over the card, as JSON tells it.

Percentiles are no fields: while a close evaluates the population they do not exist yet, and membership must not
depend on when it is looked at.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from services.scoring.membership.segments import Field, Fields
from services.scoring.metrics.causes import Cause
from services.scoring.metrics.course import Phase
from services.scoring.metrics.rules import ELEVEN_CS
from services.scoring.metrics.scorecard import Scorecard
from shared.events.scores import BondName

Told = Mapping[str, Any]
FieldType = Literal["number", "text", "choice", "flag"]


@dataclass(frozen=True, slots=True)
class FieldKind:
    """A field. `values`: all that a choice can be; `read`: takes it from a card's JSON, None where it is not known."""

    name: str
    type: FieldType
    meaning: str
    read: Callable[[Told], Field]
    values: tuple[str, ...] = ()


def fields_of(card: Scorecard) -> Fields:
    """What rules may ask of this card."""
    return fields_told(card.to_json(""))


def fields_told(card: Told, names: Iterable[str] | None = None) -> Fields:
    """The same of a card as it is stored, or only these fields; one that it does not tell yet is not known."""
    return {name: CATALOGUE[name].read(card) for name in (CATALOGUE if names is None else names)}


def _at(*path: str) -> Callable[[Told], Field]:
    """Reads what stands there; None where the way ends before."""

    def read(card: Told) -> Field:
        found: Any = card
        for part in path:
            found = None if found is None else found.get(part)
        known: Field = found
        return known

    return read


def _clv(card: Told) -> float | None:
    # To compare only: the same decimal text, in a rule and in a card, is the same float.
    worth = (card.get("value") or {}).get("clv")
    return None if worth is None else float(worth)


def _number(name: str, meaning: str, *path: str) -> FieldKind:
    return FieldKind(name, "number", meaning, _at(*(path or (name,))))


def _text(name: str, meaning: str, *path: str) -> FieldKind:
    return FieldKind(name, "text", meaning, _at(*path))


def _flag(name: str, meaning: str, *path: str) -> FieldKind:
    return FieldKind(name, "flag", meaning, _at(*path))


def _choice(name: str, meaning: str, values: tuple[str, ...], *path: str) -> FieldKind:
    return FieldKind(name, "choice", meaning, _at(*path), values)


def _whole() -> list[FieldKind]:
    return [
        _number("index", "the overall index, 0-100"),
        _number("coverage", "the share of the eleven Cs that are known, 0-1"),
        _choice("phase", "the phase reached", tuple(map(str, Phase)), "phase"),
        _number("purchase_days", "days with a purchase, in the whole lifetime"),
        _number("bond_level", "the level of bonds that holds the customer, 0-4"),
        _flag("at_risk", "whether the customer may leave", "defection", "at_risk"),
        _choice("cause", "why an endangered customer may leave", tuple(map(str, Cause)), "defection", "cause"),
        _number("silence_days", "days since the last purchase", "defection", "silence_days"),
    ]


def _of_value() -> list[FieldKind]:
    ranks = {"recency": "how lately", "frequency": "how often", "monetary": "for how much"}
    return [
        _number("p_alive", "the probability that the customer still is one, 0-1", "value", "p_alive"),
        _number("expected_purchases", "purchase days to be expected", "value", "expected_purchases"),
        FieldKind("clv", "number", "the contribution to be expected, in `currency`", _clv),
        _text("currency", "the customer's main currency, ISO 4217", "value", "currency"),
        _number("decile", "the decile of value, 10 the best", "value", "decile"),
        *(
            _number(f"rfm.{rank}", f"the fifth of the base by {told} they bought, 5 the best", *_QUINTILES, rank)
            for rank, told in ranks.items()
        ),
    ]


_QUINTILES = ("cs", "customer", "inputs", "rfm_quintiles")


def _of_profile() -> list[FieldKind]:
    return [
        _choice("kind", "what the customer is", ("individual", "organization"), "profile", "kind"),
        _text("region", "the region of the profile", "profile", "region"),
        _text("sector", "the sector of the profile", "profile", "sector"),
        _text("home_store_id", "the store of the profile", "profile", "home_store_id"),
    ]


def _of_bonds() -> list[FieldKind]:
    return [
        kind
        for name in get_args(BondName)
        for kind in (
            _number(f"bonds.{name}.strength", f"the strength of the {name} bond, 0-100", "bonds", name, "strength"),
            _flag(f"bonds.{name}.held", f"whether the {name} bond holds the customer", "bonds", name, "held"),
        )
    ]


def _of_cs() -> list[FieldKind]:
    return [
        _number(f"cs.{name}.{part}", meaning, "cs", name, part)
        for name in ELEVEN_CS
        for part, meaning in (("score", f"the score of {name}, 0-100"), ("confidence", "how sure that score is, 0-1"))
    ]


CATALOGUE: Mapping[str, FieldKind] = {
    kind.name: kind for kind in [*_whole(), *_of_value(), *_of_profile(), *_of_bonds(), *_of_cs()]
}
"""Every field by its name."""
