"""Relationships between a customer and a party: who may have which role, and in which order things happen to one.

The party is a partner (`services.customers.parties`) or another customer. One party may have several roles with a
customer, each a relationship of its own; influencers and decision makers have theirs in one decision process.
"""

from datetime import datetime, timedelta
from typing import Literal

from shared.events.customers import Role as PublishedRole

Role = Literal[
    "account_manager",
    "supplier",
    "vendor",
    "intermediary",
    "partner",
    "introducer",
    "household",
    "influencer",
    "decision_maker",
    "contact",
    "employee",
]
SideKind = Literal["partner", "customer"]
"""What the party is: a partner, or another customer."""

OF_CUSTOMERS = frozenset({"household", "introducer", "influencer", "decision_maker", "contact"})
"""The roles that another customer may have."""
OF_DECISIONS = frozenset({"influencer", "decision_maker"})
INSTANT = timedelta(microseconds=1)


class RefusedError(Exception):
    """A rule refuses it; the text names the rule."""


def published(role: Role) -> PublishedRole:
    """The role as events tell it.

    The published contract knows neither decision makers nor contacts, and its readers would refuse a word they do
    not know. So who decides is told as who influences the decision most, and the person through whom we reach an
    organization as the intermediary that they are to us. The exact role is read here.
    """
    if role == "decision_maker":
        return "influencer"
    if role == "contact":
        return "intermediary"
    return role


def check_told(role: Role, side: SideKind, decision: str | None, *, primary: bool, own: bool) -> None:
    """Raises `RefusedError` for what can't be so, whoever they are. `own`: the customer is named as their own party."""
    rules = (
        (own, "nobody has a relationship with themselves"),
        (side == "customer" and role not in OF_CUSTOMERS, f"another customer can't be {role}, only a partner can"),
        (role == "decision_maker" and decision is None, "a decision maker decides something: tell which decision"),
        (decision is not None and role not in OF_DECISIONS, "only influencers and decision makers have a decision"),
        (primary and role != "contact", "only a contact can be the primary one"),
    )
    for broken, rule in rules:
        if broken:
            raise RefusedError(rule)


def check_customer(role: str, kind: str) -> None:
    """Raises `RefusedError` for a role that a customer of this kind has nobody for."""
    if role == "contact" and kind != "organization":
        raise RefusedError("only an organization has contacts: an individual is reached directly")


def check_partner(role: str, kind: str, left_at: datetime | None) -> None:
    """Raises `RefusedError` for a partner who can't have the role."""
    if left_at is not None:
        raise RefusedError(f"they left at {left_at.isoformat()}: who left gets no new relationship")
    if role == "account_manager" and kind != "employee":
        raise RefusedError(f"an account manager is an employee of ours, this is a {kind}")


def moment(last: datetime, ended_at: datetime | None, told: datetime | None, now: datetime) -> datetime:
    """When the next thing happens to a relationship: as `told`, or now. `last`: when the last thing did.

    Raises `RefusedError` for one that is over, and for a time that is not after `last`: two things of one moment
    would have no order, and who reads the events could not tell whether it goes on.
    """
    if ended_at is not None:
        raise RefusedError(f"it ended at {ended_at.isoformat()}: what is over stays as it was")
    if told is None:
        # Another clock may be ahead of ours: what is done now still comes after what it told us.
        return max(now, last + INSTANT)
    if told <= last:
        raise RefusedError(f"something was told of it at {last.isoformat()}: the next thing comes after that")
    return told


def check_successor(own: tuple[str, str], other: tuple[str, str], other_ended_at: datetime | None) -> None:
    """Raises `RefusedError` unless `other` can take the place of `own`; both as the customer's id and their own.

    An open one alone can: so replacements never run in a circle.
    """
    if own == other:
        raise RefusedError("no relationship takes its own place")
    if own[0] != other[0]:
        raise RefusedError(f"{other[1]} is a relationship of another customer")
    if other_ended_at is not None:
        raise RefusedError(f"{other[1]} ended at {other_ended_at.isoformat()}: what is over takes no place")
