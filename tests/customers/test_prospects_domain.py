"""C05: the acquisition by itself: every step between stages, and each rule."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import get_args

import pytest

from services.customers.prospects.domain import (
    STAGES,
    STALLED_AFTER,
    Acquisition,
    Buyer,
    Cost,
    Outcome,
    OutOfOrderError,
    Verdict,
    WrongStateError,
    begin,
    buy,
    close,
    judge,
    move,
    skipped,
    stalled,
    use,
    use_kept,
)
from shared.events.customers import Stage

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
BUYERS: tuple[Buyer | None, ...] = (*get_args(Buyer), None)
NEXT_TO_EACH_OTHER = {
    ("enquiry", "interaction"),
    ("interaction", "exchange"),
    ("exchange", "usage"),
    ("interaction", "enquiry"),
    ("exchange", "interaction"),
    ("usage", "exchange"),
}
BACKWARDS = {
    ("interaction", "enquiry"),
    ("exchange", "enquiry"),
    ("exchange", "interaction"),
    ("usage", "enquiry"),
    ("usage", "interaction"),
    ("usage", "exchange"),
}


def at(stage: Stage, buyer: Buyer | None = "emotional", verdict: Verdict | None = None) -> Acquisition:
    """An acquisition at that stage, since an hour after its beginning."""
    found = begin(None, START, START)
    found = found if stage == "enquiry" else move(found, stage, "emotional", START + HOUR, START)
    return found if verdict is None else judge(found, verdict, START + HOUR, START)


@pytest.mark.parametrize("buyer", BUYERS)
@pytest.mark.parametrize("to", STAGES)
@pytest.mark.parametrize("before", STAGES)
def test_C05_every_step_of_every_buyer(before: Stage, to: Stage, buyer: Buyer | None) -> None:
    for reason in (None, "changed their mind"):
        one_at_a_time = buyer == "emotional" or (before, to) in NEXT_TO_EACH_OTHER
        forwards = (before, to) not in BACKWARDS
        if before != to and one_at_a_time and (forwards or reason):
            assert move(at(before), to, buyer, None, START, reason=reason).stage == to
            continue
        with pytest.raises(WrongStateError) as refused:
            move(at(before), to, buyer, None, START, reason=reason)
        assert any(rule in str(refused.value) for rule in ("one stage at a time", "needs a reason", "another stage"))


def test_C05_a_refusal_tells_that_nobody_noted_how_they_buy() -> None:
    with pytest.raises(WrongStateError, match="not known to be an emotional buyer moves one stage at a time"):
        move(at("enquiry"), "exchange", None, None, START)
    with pytest.raises(WrongStateError, match=r"^a rational buyer moves one stage at a time"):
        move(at("enquiry"), "exchange", "rational", None, START)


@pytest.mark.parametrize("to", ["exchange", "usage"])
@pytest.mark.parametrize("verdict", [*get_args(Verdict), None])
def test_C05_only_the_unqualified_are_kept_from_exchange(verdict: Verdict | None, to: Stage) -> None:
    prospect = at("interaction", verdict=verdict)
    if verdict != "unqualified":
        assert move(prospect, to, "emotional", None, START).stage == to
        return
    with pytest.raises(WrongStateError, match=f"an unqualified prospect is not brought to {to}"):
        move(prospect, to, "emotional", None, START)
    assert move(prospect, "enquiry", "emotional", None, START, reason="x").stage == "enquiry"
    bought = buy(prospect, START + HOUR)
    assert bought is not None
    assert bought.stage == "exchange"


@pytest.mark.parametrize("outcome", get_args(Outcome))
def test_C05_what_is_closed_does_not_move(outcome: Outcome) -> None:
    over = close(at("exchange"), outcome, None, START)
    closed = "what is closed does not move"
    with pytest.raises(WrongStateError, match=closed):
        move(over, "usage", "emotional", None, START)
    with pytest.raises(WrongStateError, match=closed):
        judge(over, "qualified", None, START)
    with pytest.raises(WrongStateError, match=closed):
        close(over, outcome, None, START)
    assert buy(over, START + HOUR) is None
    assert use(over, START + HOUR) is None


@pytest.mark.parametrize("stage", STAGES)
def test_C05_secured_is_who_has_come_to_exchange(stage: Stage) -> None:
    assert close(at(stage), "lost", None, START).outcome == "lost"
    if stage in {"exchange", "usage"}:
        assert close(at(stage), "secured", None, START).outcome == "secured"
        return
    with pytest.raises(WrongStateError, match=f"secured at exchange or usage, not at {stage}"):
        close(at(stage), "secured", None, START)


def test_C05_only_who_was_lost_is_acquired_again() -> None:
    prospect = at("exchange")
    with pytest.raises(WrongStateError, match="one at a time"):
        begin(prospect, None, START)
    with pytest.raises(WrongStateError, match="only who was lost is acquired again"):
        begin(close(prospect, "secured", None, START), None, START)
    lost = close(judge(prospect, "unqualified", None, START), "lost", START + 3 * HOUR, START)
    with pytest.raises(OutOfOrderError):
        begin(lost, START + 2 * HOUR, START)
    later = START + 4 * HOUR
    assert begin(lost, later, START, Cost(Decimal(2), "USD")) == Acquisition(
        later, later, later, cost_amount=Decimal(2), currency="USD"
    )


def test_C05_a_step_told_without_a_time_never_comes_before_the_last() -> None:
    prospect = at("interaction")
    assert judge(prospect, "later", None, START).last_step_at == START + HOUR
    assert move(prospect, "exchange", "rational", None, START + 2 * HOUR).moved_at == START + 2 * HOUR


def test_C05_the_costs_of_one_acquisition_are_in_one_currency() -> None:
    prospect = begin(None, START, START, Cost(Decimal("1.50"), "INR"))
    with pytest.raises(WrongStateError, match="in one currency, here INR"):
        move(prospect, "interaction", "rational", None, START, cost=Cost(Decimal(1), "USD"))
    dearer = move(prospect, "interaction", "rational", None, START, cost=Cost(Decimal("2.25"), "INR"))
    assert (dearer.cost_amount, dearer.currency) == (Decimal("3.75"), "INR")


@pytest.mark.parametrize("buyer", BUYERS)
def test_C05_stalled_is_a_buyer_who_is_not_emotional_and_too_long_at_a_stage(buyer: Buyer | None) -> None:
    prospect, due = at("interaction"), START + HOUR + STALLED_AFTER
    judged = judge(prospect, "later", due, START)  # a verdict moves nobody
    assert not stalled(judged, buyer, due)
    assert stalled(judged, buyer, due + HOUR) == (buyer != "emotional")
    assert not stalled(move(judged, "exchange", "rational", due, START), buyer, due + HOUR)
    assert not stalled(close(judged, "lost", None, START), buyer, due + HOUR)
    assert not stalled(at("usage"), buyer, due + HOUR)


def test_C05_a_purchase_counts_once_and_not_before_the_enquiry() -> None:
    prospect = at("interaction")
    assert buy(prospect, START - HOUR) is None
    at_once = buy(prospect, START)
    assert at_once is not None, "the very moment of the enquiry is not before it"
    assert at_once.moved_at == START + HOUR, "steps never go back in time"
    bought = buy(prospect, START + 2 * HOUR)
    assert bought is not None
    assert (bought.stage, bought.moved_at, bought.bought_at) == ("exchange", START + 2 * HOUR, START + 2 * HOUR)
    assert buy(bought, START + 3 * HOUR) is None
    back = move(bought, "interaction", "rational", START + 3 * HOUR, START, reason="all of it came back")
    assert buy(back, START + 2 * HOUR) is None, "the same purchase told again"
    assert buy(back, START + 4 * HOUR) is not None


@pytest.mark.parametrize("stage", STAGES)
def test_C05_the_first_use_secures_who_has_bought(stage: Stage) -> None:
    prospect = at(stage)
    used = use(prospect, START + 2 * HOUR)
    assert used is not None
    if stage in {"enquiry", "interaction"}:
        assert (used.stage, used.outcome, used.used_at) == (stage, None, START + 2 * HOUR)
        return
    assert (used.stage, used.outcome, used.closed_at) == ("usage", "secured", START + 2 * HOUR)
    assert used.moved_at == (START + 2 * HOUR if stage == "exchange" else START + HOUR)
    assert use(prospect, START - HOUR) is None
    early = use(prospect, START)
    assert early is not None
    assert early.closed_at == START + HOUR


@pytest.mark.parametrize(("hours", "secured"), [(1, False), (2, True), (3, True)])
def test_C05_a_first_use_waits_for_the_purchase(hours: int, secured: bool) -> None:
    waiting = use(at("interaction"), START + hours * HOUR)
    assert waiting is not None
    assert use_kept(waiting) is None, "who has not bought uses nothing of ours"
    assert use(waiting, START + 4 * HOUR) is None, "the first use is the first"
    earlier = use(waiting, START)
    assert earlier is not None
    assert earlier.used_at == START
    bought = buy(waiting, START + 2 * HOUR)
    assert bought is not None
    over = use_kept(bought)
    assert (over is not None and over.outcome == "secured" and over.closed_at == START + hours * HOUR) == secured


def test_C05_the_stages_left_out() -> None:
    assert skipped("enquiry", "usage") == ("interaction", "exchange")
    assert skipped("enquiry", "interaction") == skipped("exchange", "enquiry") == ()
