"""K01: the rules of a case by themselves: every verb however it stands, the window to reopen it, the first contact."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.complaints.cases.domain import (
    SETTLED,
    STEPS,
    UNSETTLED,
    Case,
    State,
    TooLateError,
    Verb,
    WrongStateError,
    allowed,
    at_first_contact,
    still_reopens,
    take,
)

START = datetime(2017, 3, 1, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
MONTH = timedelta(days=30)
MOMENT = timedelta(microseconds=1)
VERBS: tuple[Verb, ...] = get_args(Verb)
STATES: tuple[State, ...] = get_args(State)
LEADS: dict[tuple[State, Verb], State] = {
    ("open", "acknowledge"): "acknowledged",
    ("open", "assign"): "open",
    ("open", "escalate"): "open",
    ("open", "pause"): "open",
    ("open", "remedy"): "open",
    ("open", "request_remedy"): "open",
    ("open", "approve_remedy"): "open",
    ("open", "refuse_remedy"): "open",
    ("open", "resolve"): "resolved",
    ("open", "withdraw"): "withdrawn",
    ("acknowledged", "assign"): "in_progress",
    ("acknowledged", "escalate"): "acknowledged",
    ("acknowledged", "pause"): "acknowledged",
    ("acknowledged", "remedy"): "acknowledged",
    ("acknowledged", "request_remedy"): "acknowledged",
    ("acknowledged", "approve_remedy"): "acknowledged",
    ("acknowledged", "refuse_remedy"): "acknowledged",
    ("acknowledged", "resolve"): "resolved",
    ("acknowledged", "withdraw"): "withdrawn",
    ("in_progress", "assign"): "in_progress",
    ("in_progress", "escalate"): "in_progress",
    ("in_progress", "pause"): "in_progress",
    ("in_progress", "remedy"): "in_progress",
    ("in_progress", "request_remedy"): "in_progress",
    ("in_progress", "approve_remedy"): "in_progress",
    ("in_progress", "refuse_remedy"): "in_progress",
    ("in_progress", "resolve"): "resolved",
    ("in_progress", "withdraw"): "withdrawn",
    ("resolved", "remedy"): "resolved",
    ("resolved", "request_remedy"): "resolved",
    ("resolved", "approve_remedy"): "resolved",
    ("resolved", "refuse_remedy"): "resolved",
    ("resolved", "close"): "closed",
    ("resolved", "reopen"): "in_progress",
    ("closed", "reopen"): "in_progress",
    ("withdrawn", "reopen"): "in_progress",
}
"""Where each verb leads a case whose clock runs."""


def leads(case: Case, verb: Verb) -> State | None:
    """Where the verb leads, None where it is refused: a case that waits is resumed, and paused once."""
    if case.waiting_since is not None and verb in ("pause", "resume"):
        return case.state if verb == "resume" else None
    return LEADS.get((case.state, verb))


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("case", [Case(state, START) for state in STATES], ids=STATES)
def test_K01_every_verb_in_every_state(case: Case, verb: Verb) -> None:
    judge(case, verb)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("case", [Case(state, START, waiting_since=START) for state in UNSETTLED], ids=UNSETTLED)
def test_K01_every_verb_while_we_wait_for_the_customer(case: Case, verb: Verb) -> None:
    judge(case, verb)


def judge(case: Case, verb: Verb) -> None:
    """The verb leads where it should, or is refused in words that say how the case stands and what is allowed."""
    if (to := leads(case, verb)) is not None:
        after = take(case, verb, START + HOUR, START, "tills")
        assert (after.state, after.last_step_at) == (to, START + HOUR)
        return
    with pytest.raises(WrongStateError) as refused:
        take(case, verb, START + HOUR, START, "tills")
    assert f"the complaint is {case.state}" in str(refused.value)
    assert ("waits for the customer" in str(refused.value)) == (case.waiting_since is not None)
    assert all(option in str(refused.value) for option in allowed(case))


def test_K01_the_table_speaks_of_every_verb_and_leaves_no_state_without_a_way_on() -> None:
    assert set(STEPS) == set(VERBS)
    assert set(UNSETTLED) | set(SETTLED) == set(STATES)
    assert all(allowed(Case(state, START)) for state in STATES)


@given(ahead=st.timedeltas(timedelta(0), timedelta(days=1)), late=st.timedeltas(timedelta(0), timedelta(days=1)))
def test_K01_a_step_told_without_a_time_never_comes_before_the_last(ahead: timedelta, late: timedelta) -> None:
    case = Case("open", START + ahead)
    assert take(case, "escalate", None, START + late).last_step_at == START + max(ahead, late)


def test_K01_a_case_is_reopened_within_a_month_of_its_newest_settlement() -> None:
    resolved = take(Case("open", START), "resolve", START + HOUR, START)
    apologised = take(resolved, "remedy", START + 9 * HOUR, START)
    closed = take(resolved, "close", START + 2 * HOUR, START)
    withdrawn = take(Case("open", START), "withdraw", START + 3 * HOUR, START)
    for case, settled in ((resolved, 1), (apologised, 1), (closed, 2), (withdrawn, 3)):
        assert case.settled_at == START + settled * HOUR
        still_reopens(case, START + settled * HOUR + MONTH, MONTH)
        with pytest.raises(TooLateError, match="within 30 days"):
            still_reopens(case, START + settled * HOUR + MONTH + MOMENT, MONTH)


@pytest.mark.parametrize(
    ("claimed", "after", "found"),
    [
        (True, timedelta(days=9), True),
        (False, timedelta(0), False),
        (None, HOUR, True),
        (None, HOUR + MOMENT, False),
    ],
)
def test_K01_first_contact_is_as_claimed_or_by_the_clock(claimed: bool | None, after: timedelta, found: bool) -> None:
    assert at_first_contact(Case("open", START), START, START + after, claimed, HOUR) is found


@pytest.mark.parametrize(
    "life",
    [
        ["assign tills", "assign floor"],
        ["escalate"],
        ["pause", "resume"],
        ["pause"],
        ["request_remedy", "approve_remedy"],
        ["request_remedy", "refuse_remedy"],
        ["resolve", "reopen"],
        ["withdraw", "reopen"],
    ],
)
@pytest.mark.parametrize("claimed", [True, None])
def test_K01_first_contact_is_contradicted_by_the_case_itself(life: list[str], claimed: bool | None) -> None:
    assert at_first_contact(lived(life), START, START, claimed, HOUR) is False


@pytest.mark.parametrize("life", [[], ["acknowledge"], ["assign tills", "assign tills"], ["remedy"]])
def test_K01_first_contact_stands_what_one_contact_can_hold(life: list[str]) -> None:
    assert at_first_contact(lived(life), START, START, None, HOUR) is True


def lived(life: list[str]) -> Case:
    """A case after these steps, all at its opening."""
    case = Case("open", START)
    for told in life:
        verb, _, department = told.partition(" ")
        case = take(case, next(each for each in VERBS if each == verb), START, START, department or None)
    return case
