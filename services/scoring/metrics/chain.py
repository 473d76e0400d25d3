"""Chain of relationships: whether everybody who stands between us and the customer keeps their part."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from services.scoring.facts.fact import Fact
from services.scoring.metrics.history import History
from services.scoring.metrics.links import Link, holders, links
from services.scoring.metrics.metric import Metric, amount, counted, latest, metric
from services.scoring.metrics.promises import Commitment, commitments
from services.scoring.metrics.rules import Rules
from shared.events.loyalty import ReferralMade

_ZERO, _ONE = Decimal(0), Decimal(1)


class Strength(NamedTuple):
    """What a link weighs and how well it is, 0–1; `health` None where nobody knows."""

    fact: Fact
    weight: Decimal
    health: Decimal | None
    lost: bool = False


def chain(history: History, rules: Rules) -> Metric:
    """Σ w·h/Σ w over the links active in the window, times 100 (this project's own).

    `value`: that mean. w: spend served by the link's party in the main currency, at least 1; h: the link's
    commitments kept of those due in the window, else the health last told; 0 for a link that ended and was
    not replaced. A referral made weighs 1 and is well. A link of which nothing is known is shown, not scored.
    """
    found = strengths(history)
    referrals = sum(each.fact.type == ReferralMade.TYPE for each in found)
    known = [(each.weight, each.health) for each in found if each.health is not None]
    total = sum((weight for weight, _ in known), _ZERO)
    health = float(sum((weight * well for weight, well in known), _ZERO) / total) if known else None
    return metric(
        score=None if health is None else 100 * health,
        value=health,
        unit="mean health of the links",
        inputs={
            "links": len(found) - referrals,
            "lost": sum(each.lost for each in found),
            "health_unknown": len(found) - len(known),
            "referrals": referrals,
            "weight": amount(total),
        },
        n=len(known),
        evidence=latest(sorted((each.fact for each in found), key=lambda fact: fact.order)),
        reason=_reason(found, health),
        rules=rules,
    )


def strengths(history: History) -> list[Strength]:
    """Every link that counts in the window, referrals last."""
    return [*_links(history), *_referrals(history)]


def _referrals(history: History) -> list[Strength]:
    made = {fact.subject: fact for fact in history.recent(history.of(ReferralMade.TYPE))}
    return [Strength(fact, _ONE, _ONE) for fact in made.values()]


def _links(history: History) -> list[Strength]:
    """The links that hold, or held last, the place of those active in the window, with what all of them bring."""
    known = links(history)
    if not known:
        return []
    places: dict[str, list[str]] = defaultdict(list)
    for subject, at in holders(known).items():
        places[at].append(subject)
    spent, promised = _spent(history), _promised(history)
    found = []
    for at, subjects in places.items():
        parties = {known[each].party for each in subjects if _is_active(known[each], history)}
        if parties and at in known:
            spend = sum((spent.get(party, _ZERO) for party in sorted(parties)), _ZERO)
            found.append(_strength(known[at], spend, [own for each in subjects for own in promised.get(each, ())]))
    return found


def _is_active(link: Link, history: History) -> bool:
    return link.ended is None or link.ended >= history.start


def _strength(link: Link, spend: Decimal, promised: Sequence[Commitment]) -> Strength:
    weight = max(_ONE, spend)
    if link.ended is not None:
        return Strength(link.fact, weight, _ZERO, lost=True)
    if promised:
        return Strength(link.fact, weight, Decimal(sum(each.kept is True for each in promised)) / len(promised))
    return Strength(link.fact, weight, None if link.health is None else Decimal(str(link.health)))


def _spent(history: History) -> Mapping[str, Decimal]:
    """Net spend of the window in the main currency by who served."""
    spent: dict[str, Decimal] = defaultdict(Decimal)
    for purchase in history.spent(history.start, history.as_of):
        if "served_by" in purchase.fact.data:
            spent[purchase.fact.data["served_by"]] += sum((line.paid for line in purchase.lines), _ZERO)
    return spent


def _promised(history: History) -> Mapping[str, Sequence[Commitment]]:
    """Commitments due in the window, or met ahead of their time, by the link through which they were made."""
    promised: dict[str, list[Commitment]] = defaultdict(list)
    for each in commitments(history):
        if each.link is not None and each.kept is not None and each.due_at >= history.start:
            promised[each.link].append(each)
    return promised


def _reason(found: Sequence[Strength], health: float | None) -> str:
    if not found:
        return "Nobody is known to stand between the customer and us."
    named = counted(len(found), "link")
    if health is None:
        return f"{named}, and of none is it known how well it is."
    lost = sum(each.lost for each in found)
    ended = f"; {lost} ended and not replaced" if lost else ""
    return f"{named} of mean health {health:.2f}{ended}."
