"""How Collaboration, Measurements and Chain of relationships come about: what joins the customer to us."""

from services.scoring.explanations.explanation import Basis, Number, Use, Working, step, uses
from services.scoring.explanations.parts import DAY, about
from services.scoring.metrics.chain import strengths
from services.scoring.metrics.collaboration import Dealings, dealings
from services.scoring.metrics.history import History
from services.scoring.metrics.measurements import instruments_of
from services.scoring.metrics.metric import amount
from shared.events.customers import (
    CommitmentMade,
    CommitmentMet,
    CommitmentMissed,
    ConsentGranted,
    ConsentWithdrawn,
    RelationshipChanged,
    RelationshipEnded,
    RelationshipStarted,
)

_LINKS = (RelationshipStarted.TYPE, RelationshipChanged.TYPE, RelationshipEnded.TYPE)
_PROMISES = (CommitmentMade.TYPE, CommitmentMet.TYPE, CommitmentMissed.TYPE)


def collaboration(basis: Basis) -> Working:
    """Orders and cases through an integration, and joint reviews."""
    history, measured = basis.history, basis.card.cs["collaboration_integration"]
    found = dealings(history)
    steps = step("through", "through / all", found.share, through=len(found.through), all=len(found.all))
    if found.expected is not None:
        reviews: list[Number] = [each.reviews for each in found.joined]
        days: list[Number] = [each.within(history.start, history.as_of) / DAY for each in found.joined]
        steps += step("expected", "sum(reviews * days) / 365", found.expected, reviews=reviews, days=days)
        numbers = {"held": len(found.held), "expected": found.expected}
        steps += step("reviews", "min(1, held / expected)", found.reviewed, **numbers)
    parts = {"through": found.share, "reviews": found.reviewed}
    part: dict[str, Number] = {name: each for name, each in parts.items() if each is not None}
    return Working(
        formula="100 · mean of the share of orders and cases through an integration and, with an organization, of "
        "min(1, joint reviews held/expected)",
        known_when="an integration was offered, and since then something was ordered, complained of or to be reviewed",
        steps=steps + step("score", "round(100 * mean(part), 4)", measured.score, part=part),
        uses=_dealt(history, found),
        rules=("window",),
    )


def _dealt(history: History, found: Dealings) -> list[Use]:
    through = {fact.order for fact in found.through}
    dealt = [Use(fact, "order or case", {"through": int(fact.order in through)}) for fact in found.all]
    return (
        dealt
        + uses(found.held, "joint review")
        + uses(found.offered, "integration")
        + uses(history.profiles[-1:], "profile: whether an organization")
    )


def measurements(basis: Basis) -> Working:
    """The instruments that apply, and how long ago each was taken."""
    history, measured = basis.history, basis.card.cs["customer_measurements"]
    instruments = instruments_of(history, basis.rules) if history.facts else []
    freshness: dict[str, Number] = measured.inputs["instruments"]
    used, age, limit = [], dict[str, Number](), dict[str, Number]()
    for each in instruments:
        if each.taken is not None:
            age[each.name] = (history.as_of - each.taken.time) / DAY
            limit[each.name] = each.limit / DAY
            used.append(Use(each.taken, each.name, {"age": age[each.name], "limit": limit[each.name]}))
    taken = {name: freshness[name] for name in age}
    steps = step("freshness", "round(0.5 ** (age / limit), 4)", taken or None, age=age, limit=limit)
    return Working(
        formula="100 · mean over the instruments that apply of 0.5^(age/limit), 0 where never taken",
        known_when="anything is known of the customer",
        steps=steps + step("score", "round(100 * mean(freshness), 4)", measured.score, freshness=freshness),
        uses=used + uses(history.of(ConsentGranted.TYPE, ConsentWithdrawn.TYPE), "consent: whether the profile counts"),
        rules=("window", "freshness"),
    )


def chain(basis: Basis) -> Working:
    """Every link with its weight and its health."""
    history, found = basis.history, strengths(basis.history)
    known = [each for each in found if each.health is not None]
    weight: dict[str, Number] = {each.fact.subject: amount(each.weight) for each in known}
    health: dict[str, Number] = {each.fact.subject: amount(each.health) for each in known if each.health is not None}
    expression = "round(100 * (sum(weight * health) / sum(weight)), 4)"
    subjects = [each.fact.subject for each in found]
    served = [each for each in history.spent(history.start, history.as_of) if "served_by" in each.fact.data]
    used = [
        Use(each.fact, "referral" if each.fact.type not in _LINKS else "link", {"weight": amount(each.weight)})
        for each in found
    ]
    told = {use.fact.order for use in used}
    used += [use for use in about(history.of(*_LINKS), subjects, "link, earlier") if use.fact.order not in told]
    used += uses((each.fact for each in served), "purchase served") if used else []
    used += uses((fact for fact in history.of(*_PROMISES)), "commitment") if used else []
    score = basis.card.cs["chain_of_relationships"].score
    return Working(
        formula="100 · Σ w·h/Σ w over the links active in the window and the referrals made",
        known_when="a link is active whose health was told or through which a commitment was due, or one was referred",
        steps=step("score", expression, score, weight=weight, health=health),
        uses=used,
        rules=("window",),
    )
