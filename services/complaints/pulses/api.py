"""REST: how employees feel about their store: culture is theirs first (K04)."""

from dataclasses import replace
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from services.complaints.pulses import commands, queries
from services.complaints.pulses.domain import HIDDEN_BELOW, MONTH, QUESTIONS, bounds, month_of, told
from services.complaints.pulses.models import NewPulse, PulseOfStoreView, PulseView
from services.complaints.pulses.tables import Pulse
from services.complaints.served.queries import zone
from shared import clock
from shared.events.values import ID_PATTERN
from shared.web.app import Caller, Posting, Reading
from shared.web.work import Existing, Work

router = APIRouter(prefix="/stores/{store_id}", tags=["pulses"])
StoreId = Annotated[str, Path(pattern=ID_PATTERN)]
Month = Annotated[str, Query(pattern=MONTH, description="`2017-10`, a whole month of the store's calendar")]
SOMEBODY = "somebody"
"""Who answers, whoever it is: in the history, and beside the stored answer of an Idempotency-Key."""


async def _unnamed(work: Posting) -> Work:
    # Each employee's keys are their own, and nothing tells whose, nor that two of them are the same employee's.
    if work.key is not None:
        work.key = work.erased.digest(f"{work.principal.subject} {work.key}").hex()
    work.principal = replace(work.principal, subject=SOMEBODY)
    return work


Unnamed = Annotated[Work, Depends(_unnamed)]


def _view(row: Pulse) -> PulseView:
    return PulseView.model_validate(row.model_dump() | {"answers": row.model_dump(include=set(QUESTIONS))})


@router.post("/pulses", status_code=201, response_model=PulseView)
async def take_down(store_id: StoreId, body: NewPulse, work: Unnamed) -> Response:
    """Somebody who works in the store says how they feel about it; who, is not kept."""
    command = partial(commands.take_down, store_id=store_id, new=body, caller=work.principal)
    async with work.sessions() as session:
        month = month_of(body.occurred_at or clock.now(), await zone(session, store_id))
    return await work.run(command, Existing.shown_by(_view), created=f"/v1/stores/{store_id}/pulse?month={month}")


@router.get("/pulse")
async def read(store_id: StoreId, month: Month, session: Reading, caller: Caller) -> PulseOfStoreView:
    """How the store's employees felt about it in a month that has ended, none of them by themselves."""
    caller.hide_other_stores(store_id)
    start, end = bounds(month, await zone(session, store_id))
    ended = end <= clock.now()
    found = await queries.pulses(session, store_id, start, end) if ended else []
    by_question = {name: [said for row in found if (said := getattr(row, name)) is not None] for name in QUESTIONS}
    questions = {name: told(answers, ended=ended) for name, answers in by_question.items()}
    n = len(found) if len(found) >= HIDDEN_BELOW else None
    return PulseOfStoreView.model_validate(
        {"store_id": store_id, "month": month, "start": start, "end": end, "n": n, "questions": questions}
    )
