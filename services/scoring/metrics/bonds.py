"""The four bonds that may hold a customer, and the level they are held by (Berry & Parasuraman 1991)."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import expm1
from typing import Any

from services.scoring.metrics.bond_evidence import BONDS, Piece, evidence
from services.scoring.metrics.distribution import rounded
from services.scoring.metrics.history import History
from services.scoring.metrics.metric import EVIDENCE, counted
from services.scoring.metrics.reference import rfc3339
from services.scoring.metrics.rules import Bonding, Rules
from shared.events.complaints import IncidentRecorded, SurveyAnswered
from shared.events.customers import IntegrationUsed
from shared.events.loyalty import CampaignAnswered, PointsEarned, PointsSpent, SuggestionAnswered
from shared.events.scores import BondName
from shared.events.visits import BaggageDeposited, DoubtRaised, PreferenceStated, TouchpointRecorded

DEALINGS = (
    BaggageDeposited.TYPE,
    CampaignAnswered.TYPE,
    DoubtRaised.TYPE,
    IncidentRecorded.TYPE,
    IntegrationUsed.TYPE,
    PointsEarned.TYPE,
    PointsSpent.TYPE,
    PreferenceStated.TYPE,
    SuggestionAnswered.TYPE,
    SurveyAnswered.TYPE,
    TouchpointRecorded.TYPE,
)
"""Beside purchases, visits and cases: what a customer who never dealt with us can't have."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Bond:
    """One bond. `strength`: 0–100, None for who never dealt with us; `since`: when it was held, None unless it is.

    `pieces`: the evidence that counts, in order of time.
    """

    strength: float | None
    since: datetime | None
    pieces: Sequence[Piece]
    reason: str

    @property
    def held(self) -> bool:
        """Whether it holds the customer."""
        return self.since is not None

    def to_json(self) -> dict[str, Any]:
        """`{strength, held, since, n, evidence, reason}`; the latest evidence first, `n` of all that counts."""
        return {
            "strength": self.strength,
            "held": self.held,
            "since": None if self.since is None else rfc3339(self.since),
            "n": len(self.pieces),
            "evidence": [piece.to_json() for piece in reversed(self.pieces[-EVIDENCE:])],
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Bonds:
    """All four. `level`: the highest up to which every bond is held, 0–4; None for who never dealt with us."""

    level: int | None
    bonds: Mapping[BondName, Bond]

    @property
    def isolated(self) -> tuple[BondName, ...]:
        """Bonds held above a gap."""
        return tuple([name for name in BONDS[self.level or 0 :] if self.bonds[name].held])

    def strength(self, name: BondName) -> float | None:
        """A bond's strength, 0–100; None for who never dealt with us."""
        return self.bonds[name].strength

    def turns(self, as_of: datetime, rules: Rules) -> list[datetime]:
        """When, after `as_of`, a held bond will be lost by time alone, if that is before the next review anyway."""
        ends = [_lost_at(bond.pieces, as_of, rules) for bond in self.bonds.values() if bond.held]
        return [end for end in ends if end is not None]

    def to_json(self) -> dict[str, dict[str, Any]]:
        """Each bond by its name, in the order of levels."""
        return {name: self.bonds[name].to_json() for name in BONDS}


def bonds(history: History, rules: Rules) -> Bonds:
    """The bonds as of the history's date, by the evidence known then.

    Purchases but no bond are level 0; nothing that takes a customer, and no evidence, is none. What was returned,
    corrected or is no longer consented to by then never was evidence, in the past of the walk neither.
    """
    found = evidence(history, rules.bonds)
    if not any(found.values()) and not _dealt(history):
        return Bonds(None, dict.fromkeys(BONDS, Bond(None, None, (), "The customer never dealt with us.")))
    made = {name: _bond(found[name], history.as_of, rules.bonds) for name in BONDS}
    level = next((at for at, name in enumerate(BONDS) if not made[name].held), len(BONDS))
    return Bonds(level, made)


def strength(pieces: Sequence[Piece], at: datetime, rules: Bonding) -> float:
    """1 - exp(-S), S the weights halved every half-life, up to `rules.most`; ages in whole days.

    `pieces`: none later than `at`. Exponential decay and saturation are this project's own.
    """
    total, half_life, most = 0.0, rules.half_life / _DAY, rules.most
    for _, weight, time, _ in reversed(pieces):
        total += weight * 0.5 ** ((at - time).days / half_life)
        if total >= most:
            break
    return -expm1(-min(total, most))


def held_since(pieces: Sequence[Piece], as_of: datetime, rules: Bonding) -> datetime | None:
    """When it came to be held, if it still is. `pieces`: in order of time.

    Between two pieces a bond only weakens: it is held at a piece or not before the next, and lost by the time
    of the next or not before it. So two looks at each piece see all that a look at every moment would.
    """
    since = None
    for at, piece in enumerate(pieces):
        if since is not None and strength(pieces[:at], piece.time, rules) < rules.lost:
            since = None
        if since is None and _holds(pieces[: at + 1], piece.time, rules):
            since = piece.time
    return since if since is not None and strength(pieces, as_of, rules) >= rules.lost else None


def _holds(pieces: Sequence[Piece], at: datetime, rules: Bonding) -> bool:
    if strength(pieces, at, rules) < rules.held:
        return False
    return distinct(pieces, at, rules) >= rules.events


def distinct(pieces: Sequence[Piece], at: datetime, rules: Bonding) -> int:
    """How many distinct events, not too old at that time, these pieces are of."""
    return len({(each.fact.source, each.fact.id) for each in pieces if at - each.time <= rules.within})


def _lost_at(pieces: Sequence[Piece], as_of: datetime, rules: Rules) -> datetime | None:
    """The first moment at which a held bond is too weak; None where that is after the next review.

    First the day is sought, then the moment in it at which one of the pieces grows a day older.
    """

    def gone(at: datetime) -> bool:
        return strength(pieces, at, rules.bonds) < rules.bonds.lost

    horizon = rules.review // _DAY + 1
    days = bisect_left(range(horizon), True, key=lambda days: gone(as_of + days * _DAY))
    if days == horizon:
        return None
    before = as_of + (days - 1) * _DAY
    return next(at for at in sorted(before + _DAY - (before - each.time) % _DAY for each in pieces) if gone(at))


def _dealt(history: History) -> bool:
    return bool(history.bought or history.visits or history.cases) or any(map(history.of, DEALINGS))


def _bond(pieces: Sequence[Piece], as_of: datetime, rules: Bonding) -> Bond:
    if not pieces:
        return Bond(0.0, None, (), "Nothing speaks for this bond.")
    strong, since = rounded(100 * strength(pieces, as_of, rules)), held_since(pieces, as_of, rules)
    state = "Not held" if since is None else f"Held since {since:%Y-%m-%d}"
    last = pieces[-1]
    return Bond(
        strength=strong,
        since=since,
        pieces=pieces,
        reason=f"{state}, strength {strong:.0f}: {counted(len(pieces), 'piece')} of evidence, the latest "
        f"{counted((as_of - last.time).days, 'day')} ago ({last.kind.name}).",
    )
