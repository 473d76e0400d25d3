"""REST: the audit of customer management – its signals, what is proposed, and who is behind each signal (S09)."""

from datetime import datetime

from fastapi import APIRouter, Request

from services.scoring.audit.models import AuditView, Behind
from services.scoring.findings import store as findings
from services.scoring.findings.store import Finding
from services.scoring.scorecards.asked import AsOf, past
from services.scoring.studies.audit import AUDIT
from services.scoring.studies.signals import Signal
from shared.database import Connection, raw_connection
from shared.web.app import Caller
from shared.web.cursors import Page, Paging, decode, encode, instant, number
from shared.web.problems import INVALID, NOT_FOUND, Problem

router = APIRouter(tags=["audit"])


@router.get("/audit")
async def audit(request: Request, caller: Caller, as_of: AsOf = None) -> AuditView:
    """What the newest close not after `as_of` found, for the whole chain's tokens."""
    caller.demand_chain()
    async with raw_connection(request.app.state.engine) as connection:
        found = await _found(connection, as_of)
    return AuditView(as_of=found.as_of, revision=found.revision, **found.content)


@router.get("/audit/{signal}/customers")
async def behind(signal: str, request: Request, caller: Caller, paging: Paging, as_of: AsOf = None) -> Page[Behind]:
    """Who is behind a signal in the audit's last period, in the order of their ids; for the whole chain's tokens.

    They are listed whether or not it is raised. A cursor goes on in the audit of the
    first page, though there be a newer one.
    """
    caller.demand_chain()
    if signal not in list(Signal):
        raise Problem(NOT_FOUND, f"there is no signal of this name; the signals are {', '.join(Signal)}")
    async with raw_connection(request.app.state.engine) as connection:
        if paging.cursor is None:
            found, last = await _found(connection, as_of), ""
        else:
            found, last = await _further(connection, paging.cursor)
        customers = await findings.behind(connection, found, signal, last, paging.limit + 1)
    shown = [Behind(customer_id=customer) for customer in customers[: paging.limit]]
    more = len(customers) > paging.limit
    return paging.page(shown, encode(found.as_of, found.revision, shown[-1].customer_id) if more else None)


async def _found(connection: Connection, as_of: datetime | None) -> Finding:
    found = await findings.newest(connection, AUDIT, None if as_of is None else past(as_of))
    if found is None:
        raise Problem(NOT_FOUND, "no close has made an audit by then")
    return found


async def _further(connection: Connection, cursor: str) -> tuple[Finding, str]:
    """The audit of the first page, and the last customer before this one; 422 for a cursor of none."""
    as_of, revision, last = decode(cursor, 3)
    found = await findings.at(connection, AUDIT, instant(as_of), number(revision))
    if found is None:
        fault = {"pointer": "/cursor", "detail": "not of this list"}
        raise Problem(INVALID, "this cursor is not of this list", errors=[fault])
    return found, last
