"""REST: generations and rebuilds (S17). Asking is quick; a worker does it, and the generation tells how far it is."""

from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Response
from sqlalchemy import select
from sqlmodel import col

from services.scoring.base import Generation
from services.scoring.rebuilds import commands
from shared.web.app import Administrators, Posting, Reading, WholeChain, Writing
from shared.web.cursors import Page, Paging, keyset
from shared.web.fields import View
from shared.web.problems import NOT_FOUND, Problem
from shared.web.work import Existing, respond

router = APIRouter(tags=["generations"])
Number = Annotated[int, Path(ge=1, le=1_000_000)]


class GenerationView(View):
    """A generation: `requested`, `filling` from the topics, `evaluating`, `live`, `retired`, `dropping`, `dropped`.

    `failed`: `error` says why. `filled_at`: when its facts were in; `live_at` … `retired_at`: when readers saw it.
    """

    id: str
    number: int
    state: str
    error: str | None
    created_at: datetime
    filled_at: datetime | None
    live_at: datetime | None
    retired_at: datetime | None


def _view(generation: Generation) -> GenerationView:
    return GenerationView.model_validate(generation.model_dump() | {"id": str(generation.number)})


@router.post("/rebuild", status_code=201, response_model=GenerationView, dependencies=[Administrators])
async def rebuild(work: Posting) -> Response:
    """Make every score anew, from the topics' start, beside the live ones; they change places when it has caught up."""
    return await work.run(commands.rebuild, Existing.shown_by(_view), created="/v1/generations/{id}")


@router.get("/generations", dependencies=[WholeChain])
async def read_page(session: Reading, paging: Paging) -> Page[GenerationView]:
    """Generations, the latest first."""
    order = col(Generation.number)
    rows, following = await keyset(session, select(Generation), paging.limit, paging.cursor, order, descending=True)
    return paging.page([_view(each) for each in rows], following)


@router.get("/generations/{number}", response_model=GenerationView, dependencies=[WholeChain])
async def read(number: Number, session: Reading) -> Response:
    """One generation."""
    generation = await session.get(Generation, number)
    if generation is None:
        raise Problem(NOT_FOUND, f"no generation {number}")
    return respond(generation, _view)


@router.delete("/generations/{number}", response_model=GenerationView, dependencies=[Administrators])
async def drop(number: Number, work: Writing) -> Response:
    """Throw a generation away that is not live, or give up a rebuild that is under way."""
    return await work.run(partial(commands.drop, number=number), _view)
