"""Links: the relationships between a customer and those who serve, supply or bring them, as they are known now."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from services.scoring.facts.fact import Fact
from services.scoring.metrics.history import History
from shared.events.customers import RelationshipChanged, RelationshipEnded, RelationshipStarted


class Link(NamedTuple):
    """One relationship as it is known now. `fact`: the last that was told of it.

    `health`: the last that was told, None where none ever was; `ended`: None while it lasts; `replaced_by`:
    the relationship that took its place when it ended.
    """

    fact: Fact
    party: str
    health: float | None
    ended: datetime | None
    replaced_by: str | None


def links(history: History) -> dict[str, Link]:
    """Every relationship by its id. One told of again after its end goes on; an end of none known is passed by."""
    known: dict[str, Link] = {}
    for fact in history.of(RelationshipStarted.TYPE, RelationshipChanged.TYPE, RelationshipEnded.TYPE):
        before = known.get(fact.subject)
        if fact.type != RelationshipEnded.TYPE:
            told = fact.data.get("health", None if before is None else before.health)
            known[fact.subject] = Link(fact, fact.data["party_id"], told, None, None)
        elif before is not None:
            known[fact.subject] = before._replace(fact=fact, ended=fact.time, replaced_by=fact.data.get("replaced_by"))
    return known


def holders(known: Mapping[str, Link]) -> dict[str, str]:
    """Who holds the place of each link now, be it of an unknown link.

    Where replacements run in a circle nobody replaced anybody: each holds the place of the one after.
    """
    held: dict[str, str] = {}
    for subject in known:
        path, at = _followed(subject, known, held)
        if at in path:
            circle = path[path.index(at) :]
            held.update(zip(circle, [circle[-1], *circle[:-1]], strict=True))
        held.update(dict.fromkeys([each for each in path if each not in held], held.get(at, at)))
    return held


def _followed(subject: str, known: Mapping[str, Link], held: Mapping[str, str]) -> tuple[list[str], str]:
    """The links from this one on whose holder is not found yet, and where they lead."""
    path: dict[str, None] = {}
    at = subject
    while at in known and at not in held and at not in path:
        path[at] = None
        at = known[at].replaced_by or at
    return list(path), at
