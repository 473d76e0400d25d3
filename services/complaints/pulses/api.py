"""REST: how employees feel about their store: culture is theirs first (K04)."""

from dataclasses import replace
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from services.complaints.pulses import commands, queries
from services.complaints.pulses.domain import QUESTIONS, told
from services.complaints.pulses.models import NewPulse, PulseOfStoreView, PulseView
from services.complaints.pulses.tables import Pulse
from services.complaints.rates.api import Asked
from services.complaints.served.queries import zone
from shared.events.values import ID_PATTERN
from shared.web.app import Caller, Posting, Reading
from shared.web.work import Existing, Work

router = APIRouter(prefix="/stores/{store_id}", tags=["pulses"])
StoreId = Annotated[str, Path(pattern=ID_PATTERN)]
SOMEBODY = "somebody"
"""Who answers, whoever it is: in the history, and beside the stored answer of an Idempotency-Key."""


async def _unnamed(work: Posting) -> Work:
    work.principal = replace(work.principal, subject=SOMEBODY)
    return work


Unnamed = Annotated[Work, Depends(_unnamed)]


def _view(row: Pulse) -> PulseView:
    return PulseView.model_validate(row.model_dump() | {"answers": row.model_dump(include=set(QUESTIONS))})


@router.post("/pulses", status_code=201, response_model=PulseView)
async def take_down(store_id: StoreId, body: NewPulse, work: Unnamed) -> Response:
    """Somebody who works in the store says how they feel about it; who, is not kept."""
    command = partial(commands.take_down, store_id=store_id, new=body, caller=work.principal)
    return await work.run(command, Existing.shown_by(_view), created=f"/v1/stores/{store_id}/pulse")


@router.get("/pulse")
async def read(store_id: StoreId, session: Reading, caller: Caller, asked: Asked) -> PulseOfStoreView:
    """How the store's employees felt about it in a period, none of them by themselves."""
    caller.hide_other_stores(store_id)
    period = asked.period(await zone(session, store_id))
    found = await queries.pulses(session, store_id, period.start, period.end)
    by_question = {name: [said for row in found if (said := getattr(row, name)) is not None] for name in QUESTIONS}
    questions = {name: told(answers) for name, answers in by_question.items()}
    return PulseOfStoreView.model_validate(
        {"store_id": store_id, "start": period.start, "end": period.end, "n": len(found), "questions": questions}
    )
