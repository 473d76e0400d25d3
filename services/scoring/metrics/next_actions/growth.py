"""How to keep who may leave, to bind a customer one level further, and to take the relationship to its next phase."""

from collections.abc import Callable
from math import expm1, log, log1p

from services.scoring.metrics.bond_evidence import BONDS
from services.scoring.metrics.bonds import strength
from services.scoring.metrics.causes import Cause
from services.scoring.metrics.course import Phase
from services.scoring.metrics.distribution import rounded
from services.scoring.metrics.metric import counted, mean
from services.scoring.metrics.next_actions.advice import Effect
from services.scoring.metrics.next_actions.situation import Situation
from shared.events.scores import BondName

BROADENING = (Phase.RETENTION, Phase.EXTENSION)


def leaving_for(*causes: Cause) -> Callable[[Situation], str | None]:
    """The customer is at risk for one of these causes."""

    def why(situation: Situation) -> str | None:
        found = situation.defection
        return found.reason if found.at_risk and (found.cause or Cause.UNKNOWN) in causes else None

    return why


def bought_today(situation: Situation) -> Effect | str:
    """Customer by the default objectives, were the customer to buy today: the rhythm is kept."""
    measured = situation.cs["customer"]
    if not measured.inputs["default"]:
        return "Objectives were set for this customer, and how far a purchase takes them is not known."
    if measured.inputs["rhythm"] is None:
        return "How long this customer may be silent is not known."
    after = mean((100.0, measured.inputs["new_category"])) or 0.0
    return Effect("customer", measured.score, rounded(after))


def lacking(bond: BondName) -> Callable[[Situation], str | None]:
    """The bond is the next on the ladder: whatever is held above it does not count before it is."""
    level = BONDS.index(bond)

    def why(situation: Situation) -> str | None:
        bonds, rules = situation.bonds, situation.rules.bonds
        if bonds.level != level:
            return None
        pieces, strong = len(bonds.bonds[bond].pieces), bonds.strength(bond) or 0.0
        return (
            f"Held up to level {level} of {len(BONDS)}: the {bond} bond is at {strong:.0f} by "
            f"{counted(pieces, 'piece')} of evidence, and holds from {100 * rules.held:.0f} by {rules.events}."
        )

    return why


def stronger(bond: BondName) -> Callable[[Situation], Effect]:
    """The bond with one more piece of evidence today: S' = min(most, S + w), b' = 1 - exp(-S')."""

    def effect(situation: Situation) -> Effect:
        rules, found = situation.rules.bonds, situation.bonds.bonds[bond]
        total = -log1p(-strength(found.pieces, situation.history.as_of, rules))
        after = -expm1(-min(rules.most, total + rules.weight))
        return Effect(f"bonds.{bond}", found.strength, rounded(100 * after))

    return effect


def never_bought(situation: Situation) -> str | None:
    """Known, and nothing bought that was kept."""
    if situation.defection.at_risk or situation.history.days:
        return None
    known = counted(situation.days_since(situation.history.facts[0].time), "day")
    return f"Known for {known}, and has not bought yet."


def first_bought(_: Situation) -> str:
    """Before a first purchase hardly anything is measured."""
    return "Nothing is known yet of how this customer buys."


def bought_once(situation: Situation) -> str | None:
    """One purchase day, and not leaving."""
    if situation.defection.at_risk or len(situation.history.days) != 1:
        return None
    return f"Bought on one day, {counted(situation.days_since(situation.history.purchases[-1].time), 'day')} ago."


def narrow(situation: Situation) -> str | None:
    """Buys again and again, not in all that we offer, and nothing new of late."""
    told = situation.cs["categories"].inputs
    new = situation.cs["customer"].inputs.get("new_category")
    if situation.defection.at_risk or situation.phase not in BROADENING or new == 100.0:
        return None
    if told["evenness"] is None or told["bought"] >= told["offered"]:
        return None
    return f"Bought in {told['bought']} of {told['offered']} categories on offer."


def category_tried(situation: Situation) -> Effect | str:
    """Categories with one more, in which the customer spends as much as in each of theirs on average.

    With the share p = 1/(k + 1) of spend in the new one H' = (1 - p)·H - p·ln p - (1 - p)·ln(1 - p).
    """
    measured = situation.cs["categories"]
    taken, offered = measured.inputs["bought"], measured.inputs["offered"]
    if measured.score is None or taken >= offered:
        return "There is no category on offer that the customer does not buy."
    new = 1 / (taken + 1)
    entropy = (1 - new) * measured.inputs["evenness"] / 100 * log(offered) - new * log(new) - (1 - new) * log(1 - new)
    return Effect("categories", measured.score, rounded(50 * ((taken + 1) / offered + entropy / log(offered))))
