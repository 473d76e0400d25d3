"""K01: what leaves the service: each step once, at its time, and nobody's words."""

from datetime import UTC, datetime
from decimal import Decimal

from shared.events import Event, Money
from shared.events.complaints import (
    ComplaintAcknowledged,
    ComplaintAssigned,
    ComplaintClosed,
    ComplaintEscalated,
    ComplaintOpened,
    ComplaintRemedyGranted,
    ComplaintReopened,
    ComplaintResolved,
    ComplaintResumed,
    ComplaintWithdrawn,
)
from tests.complaints.cases import act, lived, opened
from tests.support.client import Client

HISTORY: list[tuple[str, dict[str, object]]] = [
    ("acknowledge", {}),
    ("assign", {"owner": "emp-7"}),
    ("escalate", {"note": "SECRET"}),
    ("remedies", {"kind": "refund", "cost_amount": "12.50", "currency": "USD", "granted_by": "emp-7"}),
    ("resolve", {"resolution": "SECRET", "first_contact": True}),
    ("close", {}),
    ("reopen", {"reason": "SECRET"}),
    ("withdraw", {"reason": "SECRET"}),
]
AGAIN = datetime(2017, 3, 13, 10, tzinfo=UTC)
"""Five days after the reopening."""


def _day(event: Event) -> int:
    assert (event.time.year, event.time.month, event.time.utcoffset()) == (2017, 3, event.recordedtime.utcoffset())
    return event.time.day


async def test_K01_history_is_taken_in_with_its_past_times(complaints: Client) -> None:
    case = await opened(complaints, text="SECRET", purchase_id="b-1", channel="phone")
    for day, (verb, more) in enumerate(HISTORY, start=2):
        answer = await act(complaints, case, verb, occurred_at=f"2017-03-{day:02}T12:00:00+02:00", **more)
        assert answer.status_code == 200, answer.text
        case = answer.json()
    assert (case["acknowledged_at"], case["resolved_at"]) == ("2017-03-02T10:00:00Z", None)
    events = await complaints.outbox()
    assert [_day(event) for event in events] == [1, 2, 3, 4, 5, 6, 7, 8, 8, 9]
    assert [event.data for event in events[1:]] == [
        ComplaintAcknowledged(),
        ComplaintAssigned(department="tills"),
        ComplaintEscalated(level=1),
        ComplaintRemedyGranted(kind="refund", cost=Money(amount=Decimal("12.50"), currency="USD")),
        ComplaintResolved(root_cause="staffing", first_contact=False),  # it was escalated
        ComplaintClosed(),
        ComplaintReopened(),
        ComplaintResumed(due_acknowledge=datetime(2017, 3, 2, 10, tzinfo=UTC), due_resolve=AGAIN),
        ComplaintWithdrawn(),
    ]
    assert {(e.partitionkey, e.subject, e.storeid, e.source) for e in events} == {
        ("household-208", case["id"], "330", "/crm/complaints")
    }
    assert len({event.id for event in events}) == len(events)
    assert not [event for event in events if "SECRET" in event.to_json().decode()]


async def test_K01_the_opening_tells_when_it_is_due(complaints: Client) -> None:
    case = await opened(complaints, purchase_id="b-1", channel="phone")
    [event] = await complaints.outbox()
    assert event.data == ComplaintOpened(
        category="service",
        severity="normal",
        due_acknowledge=datetime.fromisoformat(case["due_acknowledge"]),
        due_resolve=datetime.fromisoformat(case["due_resolve"]),
        purchase_id="b-1",
        channel="phone",
    )
    assert event.time == datetime.fromisoformat(case["occurred_at"])
    assert event.recordedtime == datetime.fromisoformat(case["created_at"])


async def test_K01_resolved_without_an_acknowledgement_is_told_as_resolved_alone(complaints: Client) -> None:
    await lived(complaints, await opened(complaints), "resolve")
    assert [type(event.data) for event in await complaints.outbox()] == [ComplaintOpened, ComplaintResolved]


async def test_K01_taken_up_again_after_an_unanswered_withdrawal_tells_both(complaints: Client) -> None:
    await lived(complaints, await opened(complaints), "withdraw", "reopen")
    told = await complaints.outbox()
    assert [type(event.data) for event in told[2:]] == [ComplaintReopened, ComplaintAcknowledged, ComplaintResumed]
    assert len({event.time for event in told[2:]}) == 1
