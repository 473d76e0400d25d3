"""What we owe the customer: an answer to a case, a promise past its due time, an answer to a doubt."""

from collections.abc import Iterator
from datetime import datetime

from services.scoring.facts.fact import Fact
from services.scoring.metrics.cases import Case
from services.scoring.metrics.distribution import rounded
from services.scoring.metrics.follow_ups import follow_ups
from services.scoring.metrics.metric import counted, mean
from services.scoring.metrics.needs import solutions
from services.scoring.metrics.next_actions.advice import Effect
from services.scoring.metrics.next_actions.situation import Situation
from services.scoring.metrics.promises import commitments
from shared.events.complaints import TaskCompleted
from shared.events.customers import CommitmentMet
from shared.events.visits import DoubtRaised, DoubtResolved


def open_case(situation: Situation) -> str | None:
    """A case is open."""
    found = _open(situation)
    if not found:
        return None
    case, as_of = found[0], situation.history.as_of
    past = ", past its standard" if case.past_standard(as_of) else ""
    said = f"open for {counted(situation.days_since(case.time), 'day')}{past}"
    if len(found) == 1:
        return f"A {case.category} complaint is {said}."
    return f"{len(found)} complaints are open; the first to settle, on {case.category}, is {said}."


def case_settled(situation: Situation) -> Effect | str:
    """Customer care with the case settled today, for good."""
    case, care = _open(situation)[0], situation.cs["customer_care"]
    if case.counts(situation.history.as_of):
        return "It is late or was reopened: settling it keeps it from getting worse."
    if case.time < situation.history.start:
        return "It was opened before the window that is scored."
    due, kept = care.inputs["due"] + 1, care.inputs["kept"] + 1
    return Effect("customer_care", care.score, rounded(100 * kept / due))


def broken_promise(situation: Situation) -> str | None:
    """A commitment, a follow-up or a solution was due in the window, and is not there yet."""
    late = sorted(each for each in _late(situation) if each[0] >= situation.history.start)
    if not late:
        return None
    due_at, what = late[0]
    more = f"; {len(late) - 1} more of what we promised is late" if len(late) > 1 else ""
    return f"A {what} was due on {due_at:%Y-%m-%d}, {counted(situation.days_since(due_at), 'day')} ago{more}."


def promise_kept(_: Situation) -> str:
    """What is late stays late."""
    return "It is late already: keeping it now keeps it from getting worse."


def open_doubt(situation: Situation) -> str | None:
    """A doubt that was raised in the window is not settled."""
    history = situation.history
    settled = {fact.subject for fact in history.of(DoubtResolved.TYPE)}
    raised: dict[str, Fact] = {}
    for fact in history.of(DoubtRaised.TYPE):
        raised.setdefault(fact.subject, fact)
    for subject, fact in raised.items():
        if fact.time >= history.start and subject not in settled:
            return f"A doubt on {fact.data['topic']} is open for {counted(situation.days_since(fact.time), 'day')}."
    return None


def doubt_settled(situation: Situation) -> Effect | str:
    """Communications with one more conversation or doubt that led to an outcome."""
    measured = situation.cs["communications_interaction_positioning"]
    told = measured.inputs
    concluded = min(told["conversations_begun"], told["conversations_concluded"] + 1)
    talks = 100 * concluded / told["conversations_begun"]
    after = mean((told["answered_percentile"], talks)) or 0.0
    return Effect("communications_interaction_positioning", measured.score, rounded(after))


def _open(situation: Situation) -> list[Case]:
    """The cases that are open; those past their standard first, then the oldest."""
    as_of = situation.history.as_of
    found = [case for case in situation.history.cases if case.withdrawn is None and _unsettled(case)]
    return sorted(found, key=lambda case: (not case.past_standard(as_of), case.fact.order))


def _unsettled(case: Case) -> bool:
    if not case.resolved:
        return True
    return bool(case.reopened) and case.reopened[-1].order > case.resolved[-1].order


def _late(situation: Situation) -> Iterator[tuple[datetime, str]]:
    """When what was due that is past its due time and still not done."""
    history = situation.history
    done = {fact.subject for fact in history.of(CommitmentMet.TYPE, TaskCompleted.TYPE)}
    for what, owed in (("commitment", commitments(history)), ("follow-up", follow_ups(history))):
        for each in owed:
            if each.due_at < history.as_of and each.fact.subject not in done:
                yield each.due_at, what
    for need in solutions(history):
        if need.due_at is not None and need.due_at < history.as_of and not need.met:
            yield need.due_at, "solution"
