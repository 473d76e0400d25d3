"""C08: the procedure by itself: every verb in every state, and what holds in every life of a bag."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import get_args

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.customers.baggage import domain
from services.customers.baggage.domain import (
    LEFT_BEHIND,
    STEPS,
    WITH_US,
    RefusedError,
    Standing,
    State,
    Verb,
    When,
    allowed,
    demanded,
)

LEFT = datetime(2026, 1, 5, 10, tzinfo=UTC)
HOUR, DAY, KEPT = timedelta(hours=1), timedelta(days=1), timedelta(days=30)
STATES: tuple[State, ...] = get_args(State)
VERBS: tuple[Verb, ...] = ("decline", "deposit", *(verb for verb in STEPS if verb not in ("decline", "deposit")))
LEADS = {
    ("offered", "decline"): "declined",
    ("offered", "deposit"): "deposited",
    ("deposited", "close-of-day"): "unclaimed",
    ("unclaimed", "inspect"): "unclaimed",
    ("unclaimed", "contact-owner"): "contacted",
    ("contacted", "contact-owner"): "contacted",
    ("unclaimed", "discard-perishables"): "discarded",
    ("contacted", "discard-perishables"): "discarded",
    ("unclaimed", "tag"): "tagged",
    ("contacted", "tag"): "tagged",
    ("discarded", "tag"): "tagged",
    ("tagged", "retain"): "retained",
    ("retained", "dispose"): "disposed",
} | {(state, verb): to for state in WITH_US for verb, to in (("report-lost", state), ("return", "returned"))}
LEADS |= {(state, "authenticate"): state for state in WITH_US}
TOOK: dict[Verb, Callable[[Standing, When], Standing]] = {
    "report-lost": domain.report_lost,
    "authenticate": lambda bag, when: domain.authenticate(bag, when, "emp-7", ["Asha Rao"], verdict=True),
    "return": lambda bag, when: domain.give_back(bag, when, by_token=True),
    "close-of-day": lambda bag, when: domain.leave(bag, when.told or when.now),
    "inspect": lambda bag, when: domain.inspect(bag, when, address_found=False, perishable=None),
    "contact-owner": lambda bag, when: domain.contact_owner(bag, when, KEPT),
    "discard-perishables": domain.discard_perishables,
    "tag": domain.tag,
    "retain": lambda bag, when: domain.retain(bag, when, KEPT),
    "dispose": domain.dispose,
}


def fit(state: State, verb: Verb) -> Standing:
    """A bag that no other rule than that of its state keeps from the verb."""
    bag = Standing(state, LEFT, perishable=verb == "discard-perishables", address_found=verb == "contact-owner")
    return replace(bag, claim="reported" if verb == "authenticate" else None)


@pytest.mark.parametrize("verb", sorted(TOOK))
@pytest.mark.parametrize("state", STATES)
def test_C08_every_verb_in_every_state(state: State, verb: Verb) -> None:
    bag, when = fit(state, verb), When(LEFT + HOUR, LEFT + HOUR)
    if (to := LEADS.get((state, verb))) is not None:
        assert TOOK[verb](bag, when).state == to
        return
    with pytest.raises(RefusedError) as refused:
        TOOK[verb](bag, when)
    assert f"the bag is {state}: {verb} is not allowed" in str(refused.value)
    assert all(option in str(refused.value) for option in allowed(state))


def test_C08_the_table_speaks_of_every_verb_and_every_state_with_us_has_a_way_on() -> None:
    assert set(STEPS) == set(TOOK) | {"decline", "deposit"} == set(VERBS)
    assert {state for state in STATES if not allowed(state)} == {"declined", "returned", "disposed"}
    assert set(WITH_US) == {"deposited", *LEFT_BEHIND} == set(STATES) - {"offered", "declined", "returned", "disposed"}


def test_C08_an_offer_is_accepted_or_declined_once() -> None:
    assert domain.offer(LEFT, accepted=True, perishable=True) == Standing("deposited", LEFT, perishable=True)
    assert domain.offer(LEFT, accepted=False, perishable=False) == Standing("declined", LEFT)


@pytest.mark.parametrize("by", ["nobody", "Nobody", "NO-ONE", "none", "n.a", "unknown", "-", "_._"])
@pytest.mark.parametrize("verdict", [True, False])
def test_C08_nobody_authenticates(by: str, verdict: bool) -> None:
    with pytest.raises(RefusedError, match="a named employee"):
        domain.authenticate(fit("deposited", "authenticate"), When(None, LEFT), by, ["Asha Rao"], verdict=verdict)


@pytest.mark.parametrize("by", ["asha", "Asha-Rao", "asha_rao", "ASHARAO"])
def test_C08_a_claimant_does_not_authenticate_themselves(by: str) -> None:
    with pytest.raises(RefusedError, match="a claim of their own"):
        domain.authenticate(fit("deposited", "authenticate"), When(None, LEFT), by, ["Asha Rao", "asha"], verdict=True)


def test_C08_a_step_told_without_a_time_never_comes_before_the_last() -> None:
    ahead = Standing("deposited", LEFT + HOUR)
    assert domain.report_lost(ahead, When(None, LEFT)).last_step_at == LEFT + HOUR
    left = domain.leave(Standing("deposited", LEFT), LEFT + DAY)
    assert TOOK["inspect"](left, When(None, LEFT + HOUR)).last_step_at == LEFT + DAY


def test_C08_only_an_owner_s_coming_may_be_told_of_the_time_before_the_day_ended() -> None:
    left, when = domain.leave(Standing("deposited", LEFT), LEFT + DAY), When(LEFT + HOUR, LEFT + KEPT)
    assert TOOK["return"](left, when) == replace(left, state="returned", last_step_at=LEFT + HOUR)
    with pytest.raises(RefusedError, match="before what came before it"):
        TOOK["inspect"](left, when)


def test_C08_a_time_ahead_ends_no_wait() -> None:
    retained = Standing("retained", LEFT, until=LEFT + KEPT)
    with pytest.raises(RefusedError, match=r"retained until 2026-02-04T10:00:00\+00:00"):
        domain.dispose(retained, When(LEFT + KEPT, LEFT + KEPT - HOUR))
    with pytest.raises(RefusedError, match="to be retained"):
        domain.dispose(retained, When(LEFT + KEPT - HOUR, LEFT + KEPT))
    assert domain.dispose(retained, When(LEFT + KEPT, LEFT + KEPT)).state == "disposed"


def test_C08_who_is_no_employee_of_ours_authenticates_nothing() -> None:
    reported, when = fit("deposited", "authenticate"), When(None, LEFT)
    with pytest.raises(RefusedError, match="an employee who is with us"):
        domain.authenticate(reported, when, "emp-7", ["Asha Rao"], verdict=False, employed=False)


def test_C08_an_address_that_was_found_stays_found() -> None:
    found = Standing("unclaimed", LEFT, address_found=True)
    with pytest.raises(RefusedError, match="it is not unfound"):
        domain.inspect(found, When(None, LEFT), address_found=False, perishable=None)
    assert domain.inspect(found, When(None, LEFT), address_found=True, perishable=True).perishable


def test_C08_what_perishes_does_not_wait_and_the_bag_does() -> None:
    contacted = Standing("contacted", LEFT, perishable=True, address_found=True, until=LEFT + DAY)
    assert demanded(contacted, LEFT) == "discard-perishables"
    discarded = domain.discard_perishables(contacted, When(None, LEFT))
    assert (discarded.until, demanded(discarded, LEFT)) == (LEFT + DAY, None)
    with pytest.raises(RefusedError, match="is waited for"):
        domain.tag(discarded, When(None, LEFT))
    assert domain.tag(discarded, When(None, LEFT + DAY)).until is None


class Counter(RuleBasedStateMachine):
    """Any verb at any time. The model knows no states: it judges each step by what was done before it."""

    def __init__(self) -> None:
        super().__init__()
        self.now, self.done = LEFT, ["deposit"]
        self.perishable, self.address, self.claim = False, False, ""
        self.wait = self.retention = LEFT
        self.bag = Standing("deposited", LEFT)

    @initialize(perishable=st.booleans(), address=st.booleans(), steps=st.integers(0, 6))
    def left(self, perishable: bool, address: bool, steps: int) -> None:
        """So many steps of the procedure were taken already: by chance alone few bags would come so far."""
        self.bag, self.perishable = domain.offer(LEFT, accepted=True, perishable=perishable), perishable
        way: list[Callable[[], object]] = [self.end_of_day, partial(self.inspect, address, None)]
        way += [self.contact_owner, partial(self.wait_a_while, 24 * 30)] if address else []
        way += [self.discard, self.tag, self.retain] if perishable else [self.tag, self.retain]
        for take in way[:steps]:
            take()

    def did(self, verb: str) -> bool:
        return verb in self.done

    @property
    def here(self) -> bool:
        return not self.did("return") and not self.did("dispose")

    @property
    def sorting(self) -> bool:
        """Unclaimed, looked at, not tagged, and no owner to contact."""
        told = self.did("contact-owner") or not self.address
        return self.here and self.did("inspect") and not self.did("tag") and told

    def attempt(self, verb: str, may: bool, take: Callable[[], Standing]) -> bool:
        """Take the step; the machine and the model must agree whether it may be."""
        if not may:
            with pytest.raises(RefusedError):
                take()
            return False
        self.bag = take()
        self.done.append(verb)
        return True

    @property
    def when(self) -> When:
        return When(self.now, self.now)

    @rule(hours=st.sampled_from([1, 24, 24 * 29, 24 * 30]))
    def wait_a_while(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def end_of_day(self) -> None:
        may = self.here and not self.did("close-of-day")
        self.attempt("close-of-day", may, lambda: domain.leave(self.bag, self.now))

    @rule(address=st.booleans(), perishable=st.sampled_from([None, True, False]))
    def inspect(self, address: bool, perishable: bool | None) -> None:
        later = self.did("contact-owner") or self.did("discard") or self.did("tag")
        may = self.here and self.did("close-of-day") and not later and (address or not self.address)
        taking = lambda: domain.inspect(self.bag, self.when, address_found=address, perishable=perishable)  # noqa: E731
        if self.attempt("inspect", may, taking):
            self.address = address
            self.perishable = self.perishable if perishable is None else perishable

    @rule()
    def contact_owner(self) -> None:
        may = self.here and self.did("inspect") and self.address and not self.did("discard") and not self.did("tag")
        first = not self.did("contact-owner")
        if self.attempt("contact-owner", may, lambda: domain.contact_owner(self.bag, self.when, KEPT)) and first:
            self.wait = self.now + KEPT

    @rule()
    def discard(self) -> None:
        may = self.sorting and self.perishable and not self.did("discard")
        self.attempt("discard", may, lambda: domain.discard_perishables(self.bag, self.when))

    @rule()
    def tag(self) -> None:
        over = self.now >= self.wait or not self.address
        may = self.sorting and over and (not self.perishable or self.did("discard"))
        self.attempt("tag", may, lambda: domain.tag(self.bag, self.when))

    @rule()
    def retain(self) -> None:
        may = self.here and self.did("tag") and not self.did("retain")
        if self.attempt("retain", may, lambda: domain.retain(self.bag, self.when, KEPT)):
            self.retention = self.now + KEPT

    @rule()
    def dispose(self) -> None:
        may = self.here and self.did("retain") and self.now >= self.retention
        self.attempt("dispose", may, lambda: domain.dispose(self.bag, self.when))

    @rule()
    def report_lost(self) -> None:
        if self.attempt("report-lost", self.here, lambda: domain.report_lost(self.bag, self.when)):
            self.claim = "open"

    @rule(by=st.sampled_from(["emp-7", "emp-9", "nobody", "asha"]), verdict=st.booleans())
    def authenticate(self, by: str, verdict: bool) -> None:
        may = self.here and self.claim == "open" and by.startswith("emp")
        taking = lambda: domain.authenticate(self.bag, self.when, by, ["Asha"], verdict=verdict)  # noqa: E731
        if self.attempt("authenticate", may, taking) and verdict:
            self.claim = "proven"

    @rule(by_token=st.booleans())
    def return_(self, by_token: bool) -> None:
        may = self.here and (by_token if not self.claim else self.claim == "proven")
        self.attempt("return", may, lambda: domain.give_back(self.bag, self.when, by_token=by_token))

    @precondition(lambda self: self.here)
    @rule(seconds=st.integers(1, 10**6))
    def never_back_in_time(self, seconds: int) -> None:
        with pytest.raises(RefusedError, match="before what came before it"):
            domain.report_lost(self.bag, When(self.bag.last_step_at - timedelta(seconds=seconds), self.now))

    @invariant()
    def nothing_is_skipped(self) -> None:
        order = ["deposit", "close-of-day", "inspect", "tag", "retain", "dispose"]
        firsts = [self.done.index(verb) for verb in order if self.did(verb)]
        assert firsts == sorted(firsts)
        assert [self.did(verb) for verb in order] == sorted((self.did(verb) for verb in order), reverse=True)
        assert not self.did("tag") or self.did("discard") or not self.perishable
        assert not self.did("tag") or self.did("contact-owner") or not self.address
        assert not (self.did("return") and self.did("dispose"))

    @invariant()
    def what_is_demanded_may_be_done(self) -> None:
        verb = demanded(self.bag, self.now)
        if verb is not None:
            TOOK[verb](self.bag, self.when)
        waits = {"contacted": not self.perishable, "discarded": True, "retained": True}.get(self.bag.state, False)
        waiting = waits and self.bag.until is not None and self.now < self.bag.until
        assert (verb is not None) == (self.bag.state in LEFT_BEHIND and not waiting)


TestCounter = Counter.TestCase
