"""How somebody becomes a customer: the four stages, who may move between them how, and how it ends.

The rules, as a store manager would tell them:
- A rational buyer moves one stage at a time, forwards and backwards. An emotional buyer may skip stages.
- Of whom nobody noted how they buy counts as rational: a step too many is soon taken, one left out is not noticed.
- A step backwards needs a reason.
- Nobody brings an unqualified prospect to exchange or usage; if they buy all the same, their purchase does.
- A prospect is secured who has come to exchange or usage. Whom we lost, we may start with again; nobody else.
- What is closed does not move, and steps never go back in time.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal, get_args

from shared.events.customers import Stage

Buyer = Literal["rational", "emotional"]
Verdict = Literal["qualified", "unqualified", "later"]
Outcome = Literal["secured", "lost"]

STAGES: tuple[Stage, ...] = get_args(Stage)
"""In their order."""
BEFORE_EXCHANGE: tuple[Stage, ...] = ("enquiry", "interaction")
STALLED_AFTER = timedelta(days=30)
"""So long may a rational buyer stay at a stage before they are called stalled (this project's own choice)."""


class WrongStateError(Exception):
    """A rule refuses the step; the text names the rule."""


class OutOfOrderError(Exception):
    """The step is told to have happened before the one before it; the text names both instants."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a step cost us."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Acquisition:
    """How an acquisition stands. All instants in UTC.

    `occurred_at`: the enquiry. `moved_at`: when it came to its stage; `last_step_at`: its newest step of any kind.
    `furthest`: the furthest stage it ever came to. `cost_amount`: of all steps, None while none told a cost.
    `bought_at`: the time of the purchase that brought it to exchange. `used_at`: of the first use, where that was told
    before any purchase.
    """

    occurred_at: datetime
    moved_at: datetime
    last_step_at: datetime
    stage: Stage = "enquiry"
    furthest: Stage = "enquiry"
    verdict: Verdict | None = None
    outcome: Outcome | None = None
    closed_at: datetime | None = None
    cost_amount: Decimal | None = None
    currency: str | None = None
    bought_at: datetime | None = None
    used_at: datetime | None = None


def begin(last: Acquisition | None, told: datetime | None, now: datetime, cost: Cost | None = None) -> Acquisition:
    """A new acquisition, at the enquiry. `last`: the customer's last one; `told`: when, or None for now.

    Raises `WrongStateError` unless the last one was lost, `OutOfOrderError` for an enquiry before its end.
    """
    at = (told or now).astimezone(UTC)
    if last is not None:
        if last.outcome is None:
            raise WrongStateError("an acquisition of this customer is open: there is one at a time")
        if last.outcome != "lost":
            raise WrongStateError("the customer is secured: only who was lost is acquired again")
        at = _moment(last, told, now)
    return _spend(Acquisition(at, at, at), cost)


def judge(acquisition: Acquisition, verdict: Verdict, told: datetime | None, now: datetime) -> Acquisition:
    """The acquisition after a verdict. Raises `WrongStateError`, `OutOfOrderError`."""
    _demand_open(acquisition)
    return replace(acquisition, verdict=verdict, last_step_at=_moment(acquisition, told, now))


def move(
    acquisition: Acquisition,
    to: Stage,
    buyer: Buyer | None,
    told: datetime | None,
    now: datetime,
    *,
    reason: str | None = None,
    cost: Cost | None = None,
) -> Acquisition:
    """The acquisition after a step that somebody took. Raises `WrongStateError`, `OutOfOrderError`."""
    _demand_open(acquisition)
    at = _moment(acquisition, told, now)
    _check_step(acquisition.stage, to, buyer, reason)
    if acquisition.verdict == "unqualified" and to not in BEFORE_EXCHANGE:
        raise WrongStateError(f"an unqualified prospect is not brought to {to}: qualify them first")
    return _spend(_at(acquisition, to, at), cost)


def close(acquisition: Acquisition, outcome: Outcome, told: datetime | None, now: datetime) -> Acquisition:
    """The acquisition at its end. Raises `WrongStateError`, `OutOfOrderError`."""
    _demand_open(acquisition)
    at = _moment(acquisition, told, now)
    if outcome == "secured" and acquisition.stage in BEFORE_EXCHANGE:
        raise WrongStateError(f"a prospect is secured at exchange or usage, not at {acquisition.stage}")
    return replace(acquisition, outcome=outcome, closed_at=at, last_step_at=at)


def buy(acquisition: Acquisition, at: datetime) -> Acquisition | None:
    """The acquisition after a purchase, which brings whoever it is to exchange; None where it changes nothing.

    That is a purchase before the enquiry, and one not later than the purchase that brought them there before: what
    was moved back with a reason is not moved by the same purchase again. Where a later step is known already, the
    stage changes with that step, for steps never go back in time.
    """
    counted = acquisition.bought_at is not None and at <= acquisition.bought_at
    waiting = acquisition.outcome is None and acquisition.stage in BEFORE_EXCHANGE
    if counted or not waiting or at < acquisition.occurred_at:
        return None
    return replace(_at(acquisition, "exchange", max(at, acquisition.last_step_at)), bought_at=at)


def use(acquisition: Acquisition, at: datetime) -> Acquisition | None:
    """The acquisition after the first use, by which it is secured; None where it changes nothing.

    That is a use before the enquiry. The use by who has not come to exchange is kept, for their purchase may be told
    later; of several, the first.
    """
    if acquisition.outcome is not None or at < acquisition.occurred_at:
        return None
    if acquisition.stage in BEFORE_EXCHANGE:
        earlier = acquisition.used_at is None or at < acquisition.used_at
        return replace(acquisition, used_at=at) if earlier else None
    moment = max(at, acquisition.last_step_at)
    moved = acquisition if acquisition.stage == "usage" else _at(acquisition, "usage", moment)
    return close(moved, "secured", moment, moment)


def use_kept(acquisition: Acquisition) -> Acquisition | None:
    """The acquisition that a purchase brought to exchange, after a first use that was told before it; or None.

    A use before the purchase was not of what they bought.
    """
    bought, used = acquisition.bought_at, acquisition.used_at
    return use(acquisition, used) if bought is not None and used is not None and used >= bought else None


def stalled(acquisition: Acquisition, buyer: Buyer | None, now: datetime) -> bool:
    """Whether a rational buyer is at a stage for too long; emotional ones follow no sequence and never are."""
    waiting = acquisition.outcome is None and acquisition.stage != "usage"
    return waiting and buyer != "emotional" and acquisition.moved_at < now - STALLED_AFTER


def skipped(before: Stage, after: Stage) -> tuple[Stage, ...]:
    """The stages that a step forwards left out."""
    return STAGES[STAGES.index(before) + 1 : STAGES.index(after)]


def _check_step(before: Stage, to: Stage, buyer: Buyer | None, reason: str | None) -> None:
    span = STAGES.index(to) - STAGES.index(before)
    if span == 0:
        raise WrongStateError(f"the prospect is at {before} already: a step leads to another stage")
    if span < 0 and not reason:
        raise WrongStateError(f"a step backwards, from {before} to {to}, needs a reason")
    if abs(span) > 1 and buyer != "emotional":
        who = "a rational buyer" if buyer else "who is not known to be an emotional buyer"
        raise WrongStateError(f"{who} moves one stage at a time: {to} is not next to {before}")


def _demand_open(acquisition: Acquisition) -> None:
    if acquisition.outcome is not None:
        raise WrongStateError(f"the acquisition is closed ({acquisition.outcome}): what is closed does not move")


def _moment(acquisition: Acquisition, told: datetime | None, now: datetime) -> datetime:
    if told is None:
        # Another clock may be ahead of ours: what is done now still comes after what it told us.
        return max(now.astimezone(UTC), acquisition.last_step_at)
    if told < acquisition.last_step_at:
        last = acquisition.last_step_at.isoformat()
        raise OutOfOrderError(f"steps never go back in time: {told.isoformat()} is before the last one, {last}")
    return told.astimezone(UTC)


def _at(acquisition: Acquisition, stage: Stage, at: datetime) -> Acquisition:
    furthest = max(acquisition.furthest, stage, key=STAGES.index)
    return replace(acquisition, stage=stage, furthest=furthest, moved_at=at, last_step_at=at)


def _spend(acquisition: Acquisition, cost: Cost | None) -> Acquisition:
    if cost is None:
        return acquisition
    if acquisition.currency not in {None, cost.currency}:
        raise WrongStateError(f"the costs of one acquisition are in one currency, here {acquisition.currency}")
    total = (acquisition.cost_amount or Decimal(0)) + cost.amount
    return replace(acquisition, cost_amount=total, currency=cost.currency)
