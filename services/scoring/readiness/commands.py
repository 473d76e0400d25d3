"""What can be done with readiness: assess it."""

from datetime import datetime
from typing import Any

import orjson
from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from services.scoring.base import Assessment
from services.scoring.readiness.domain import DIMENSIONS, faults
from services.scoring.readiness.models import NewAssessment
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.problems import CONFLICT, INVALID, NOT_FOUND, Collision, Problem
from shared.web.work import Existing


async def assess(tx: Transaction, dimension: str, new: NewAssessment, caller: Principal) -> Existing[Assessment]:
    """Note what somebody answers; the same id with the same content does nothing.

    Raises 404 for an unknown dimension, 409 for an id that is in use with other content, 422 for an unknown question.
    """
    caller.demand_chain()
    _check(dimension, new)
    told = _told(dimension, new)
    known = None if new.id is None else await tx.session.get(Assessment, new.id)
    if known is not None:
        same = all(getattr(known, name) == value for name, value in told.items())
        if not same or new.occurred_at not in {None, known.assessed_at}:
            raise Problem(CONFLICT, f"{new.id} is an assessment with other content")
        return Existing(known, existed=True)
    return Existing(await _add(tx, new.id, new.occurred_at or tx.recorded, told), existed=False)


def _check(dimension: str, new: NewAssessment) -> None:
    if dimension not in DIMENSIONS:
        raise Problem(NOT_FOUND, f"no dimension {dimension}; those there are: {', '.join(DIMENSIONS)}")
    if found := faults(DIMENSIONS[dimension], new.answers, new.about):
        raise Problem(INVALID, f"look at {', '.join(fault['pointer'] for fault in found)}"[:500], errors=found)


def _told(dimension: str, new: NewAssessment) -> dict[str, Any]:
    answers = orjson.dumps(new.answers, option=orjson.OPT_SORT_KEYS).decode()
    return {"dimension": dimension, "about": new.about, "answers": answers, "by": new.by, "note": new.note}


async def _add(tx: Transaction, name: str | None, moment: datetime, told: dict[str, Any]) -> Assessment:
    assessment = Assessment(id=name or str(uuid7()), assessed_at=moment, created_at=tx.recorded, **told)
    tx.session.add(assessment)
    try:
        await tx.session.flush()
    except IntegrityError:
        raise Collision(assessment.id) from None
    return assessment
