"""The baggage counter (C08): what may be done with a bag, in which order, and which rule refuses a step.

    offered ─ decline ─► declined
       └───── deposit ─► deposited ─ close-of-day ─► unclaimed ─ inspect: is there an address on it?
           yes: contact-owner ─► contacted; who never comes by the end of the wait is treated as (what perishes is
                discarded without a wait)
           no:  [discard-perishables ─► discarded] ─ tag ─► tagged ─ retain ─► retained ─ dispose ─► disposed

For as long as a bag is with us its owner may come. It is returned against its token; where that was lost, after
`report-lost` and `authenticate`. A token that was reported lost opens nothing any more, whoever has found it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

State = Literal[
    "offered",
    "declined",
    "deposited",
    "unclaimed",
    "contacted",
    "discarded",
    "tagged",
    "retained",
    "returned",
    "disposed",
]
_Owners = Literal["report-lost", "authenticate", "return"]
_Others = Literal["close-of-day", "inspect", "contact-owner", "discard-perishables", "tag", "retain", "dispose"]
Verb = Literal["decline", "deposit"] | _Owners | _Others

LEFT_BEHIND: tuple[State, ...] = ("unclaimed", "contacted", "discarded", "tagged", "retained")
WITH_US: tuple[State, ...] = ("deposited", *LEFT_BEHIND)
OWNERS: tuple[Verb, ...] = ("report-lost", "authenticate", "return")
"""What the owner's coming brings about; all else is done to a bag that was left behind."""
CLAIM_KEPT = timedelta(days=30)
"""How long after a bag is gone the words of its owner, or of who claimed it, are kept."""
NOBODY = {"", "nobody", "noone", "none", "null", "na", "anonymous", "unknown", "somebody", "anybody"}


def _each(states: Iterable[State], to: State) -> dict[State, State]:
    return dict.fromkeys(states, to)


STEPS: Mapping[Verb, Mapping[State, State]] = {
    "decline": {"offered": "declined"},
    "deposit": {"offered": "deposited"},
    "report-lost": {state: state for state in WITH_US},
    "authenticate": {state: state for state in WITH_US},
    "return": _each(WITH_US, "returned"),
    "close-of-day": {"deposited": "unclaimed"},
    "inspect": {"unclaimed": "unclaimed"},
    "contact-owner": _each(("unclaimed", "contacted"), "contacted"),
    "discard-perishables": _each(("unclaimed", "contacted"), "discarded"),
    "tag": _each(("unclaimed", "contacted", "discarded"), "tagged"),
    "retain": {"tagged": "retained"},
    "dispose": {"retained": "disposed"},
}
"""For each verb: the states it is allowed in, and the state it leads to from there."""


class RefusedError(Exception):
    """A rule refuses the step; the text is the rule, in words for who stands at the counter."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a bag stands. All instants in UTC.

    `last_step_at`: the newest step that somebody told. `unclaimed_at`: when its day ended without its owner.
    `address_found`: None until somebody looked. `until`: the end of the wait for an owner who was contacted, then of
    the retention; None where neither is on. `claim`: of somebody who has lost the token.
    """

    state: State
    last_step_at: datetime
    perishable: bool = False
    address_found: bool | None = None
    unclaimed_at: datetime | None = None
    until: datetime | None = None
    claim: Literal["reported", "authenticated"] | None = None


@dataclass(frozen=True, slots=True)
class When:
    """When a step happened: as `told`, or None for `now`. What must be over is judged by the earlier of both."""

    told: datetime | None
    now: datetime

    def after(self, until: datetime) -> bool:
        """Whether `until` had come by then."""
        return min(self.told or self.now, self.now) >= until


def allowed(state: State) -> list[Verb]:
    """The verbs that some bag in this state allows."""
    return [verb for verb, leads in STEPS.items() if state in leads]


def offer(at: datetime, *, accepted: bool, perishable: bool) -> Standing:
    """The offer to look after a bag, accepted or declined: nobody is made to leave a bag."""
    offered = Standing("offered", at, perishable=perishable)
    return _move(offered, "deposit" if accepted else "decline", When(at, at))


def report_lost(bag: Standing, when: When) -> Standing:
    """Somebody without the token says that the bag is theirs; a later report takes the place of an earlier one."""
    return replace(_move(bag, "report-lost", when), claim="reported")


def authenticate(
    bag: Standing, when: When, by: str, claimants: Collection[str | None], *, verdict: bool, employed: bool = True
) -> Standing:
    """An employee judges whether the claimant owns the bag; where not, the claim stays as it was reported.

    `by`: the employee's id; `employed`: whether they may be one of ours. `claimants`: the claimant's names and ids.
    """
    moved = _move(bag, "authenticate", when)
    if bag.claim is None:
        raise RefusedError("nobody has reported the token lost: write name, address and description down first")
    if bag.claim == "authenticated":
        raise RefusedError("the owner is authenticated already: return the bag")
    if _plain(by) in NOBODY:
        raise RefusedError(f"a named employee must authenticate: {by!r} is nobody")
    if not employed:
        raise RefusedError("an employee who is with us must authenticate: this is none whom we know")
    if _plain(by) in {_plain(name) for name in claimants if name}:
        raise RefusedError("nobody authenticates a claim of their own: another employee must")
    return replace(moved, claim="authenticated") if verdict else moved


def give_back(bag: Standing, when: When, *, by_token: bool) -> Standing:
    """The bag is returned: against its token, or to the claimant whom an employee has authenticated."""
    moved = _move(bag, "return", when)
    if bag.claim == "reported":
        raise RefusedError("its token was reported lost: an employee must authenticate the claimant first")
    if bag.claim is None and not by_token:
        raise RefusedError("without its token a bag is returned after report-lost and authenticate only")
    return moved


def leave(bag: Standing, at: datetime) -> Standing:
    """The day ended at `at` and nobody came. Not a step that anybody told: an owner's return is told later, maybe."""
    _demand(bag, "close-of-day")
    return replace(bag, state="unclaimed", unclaimed_at=at)


def inspect(bag: Standing, when: When, *, address_found: bool, perishable: bool | None) -> Standing:
    """Somebody looked for an address on the bag, and for what perishes in it (None: as was told of it before)."""
    moved = _move(bag, "inspect", when)
    if bag.address_found and not address_found:
        raise RefusedError("an address was found on the bag: it is not unfound, contact its owner")
    perishes = bag.perishable if perishable is None else perishable
    return replace(moved, address_found=address_found, perishable=perishes)


def contact_owner(bag: Standing, when: When, wait: timedelta) -> Standing:
    """The owner was told at the address on the bag; told again, they have no longer to come than they had."""
    moved = _move(bag, "contact-owner", when)
    _demand_inspected(bag)
    if not bag.address_found:
        raise RefusedError("no address was found on the bag: there is nobody to contact")
    return replace(moved, until=bag.until or moved.last_step_at + wait)


def discard_perishables(bag: Standing, when: When) -> Standing:
    """What perishes was taken out and thrown away: at once, it does not wait for an owner who was contacted."""
    moved = _move(bag, "discard-perishables", when)
    _demand_contacted(bag)
    if not bag.perishable:
        raise RefusedError("nothing in the bag is perishable: nothing of it may be discarded")
    return moved


def tag(bag: Standing, when: When) -> Standing:
    """A tag was attached, by which the bag is known at the service desk."""
    moved = _move(bag, "tag", when)
    _demand_contacted(bag)
    _demand_over(bag, when, "its owner was contacted and is waited for")
    if bag.perishable and bag.state != "discarded":
        raise RefusedError("something in the bag is perishable: discard that before it is tagged")
    return replace(moved, until=None)


def retain(bag: Standing, when: When, retention: timedelta) -> Standing:
    """The service desk keeps the bag for so long."""
    moved = _move(bag, "retain", when)
    return replace(moved, until=moved.last_step_at + retention)


def dispose(bag: Standing, when: When) -> Standing:
    """Nobody came for the bag while it was retained, and it is gone."""
    moved = _move(bag, "dispose", when)
    _demand_over(bag, when, "the bag is to be retained")
    return moved


def demanded(bag: Standing, now: datetime) -> Verb | None:
    """What is to be done with the bag now; None where we wait for its owner, or nothing is left to do."""
    perishes = bag.state == "contacted" and bag.perishable
    waiting = bag.until is not None and now < bag.until and not perishes
    if bag.state not in LEFT_BEHIND or waiting:
        return None
    if bag.state == "unclaimed" and bag.address_found is not False:
        return "inspect" if bag.address_found is None else "contact-owner"
    after: dict[State, Verb] = {"discarded": "tag", "tagged": "retain", "retained": "dispose"}
    return after.get(bag.state, "discard-perishables" if bag.perishable else "tag")


def _move(bag: Standing, verb: Verb, when: When) -> Standing:
    """The bag in the verb's next state, at that moment; nothing else is asked yet."""
    _demand(bag, verb)
    earliest = bag.last_step_at
    if verb not in OWNERS and bag.unclaimed_at is not None:
        earliest = max(earliest, bag.unclaimed_at)
    # Another clock may be ahead of ours: what is done now still comes after what it told us.
    at = max(when.now.astimezone(UTC), earliest) if when.told is None else when.told
    if at < earliest:
        raise RefusedError(f"{at.isoformat()} is before what came before it, {earliest.isoformat()}")
    return replace(bag, state=STEPS[verb][bag.state], last_step_at=at)


def _demand(bag: Standing, verb: Verb) -> None:
    if bag.state not in STEPS[verb]:
        options = ", ".join(allowed(bag.state)) or "nothing any more"
        raise RefusedError(f"the bag is {bag.state}: {verb} is not allowed, only {options}")


def _demand_inspected(bag: Standing) -> None:
    if bag.address_found is None:
        raise RefusedError("nobody has looked for an address on the bag: inspect it first")


def _demand_contacted(bag: Standing) -> None:
    _demand_inspected(bag)
    if bag.address_found and bag.state == "unclaimed":
        raise RefusedError("there is an address on the bag: contact its owner first")


def _demand_over(bag: Standing, when: When, what: str) -> None:
    if bag.until is not None and not when.after(bag.until):
        raise RefusedError(f"{what} until {bag.until.isoformat()}")


def _plain(name: str) -> str:
    """A name without what tells its spellings apart: Asha Rao, asha-rao."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())
