"""What the close of a date found, or the problem that tells why there is nothing to show."""

from datetime import datetime

from fastapi import Request

from services.scoring.findings import store as findings
from services.scoring.findings.store import Finding
from services.scoring.scorecards.asked import past
from shared.database import raw_connection
from shared.web.problems import NOT_FOUND, Problem


async def newest(request: Request, name: str, as_of: datetime | None) -> Finding | None:
    """What the newest close not after `as_of` found of this; None before the first; 422 for the future."""
    moment = None if as_of is None else past(as_of)
    async with raw_connection(request.app.state.engine) as connection:
        return await findings.newest(connection, name, moment)


async def closed(request: Request, name: str, as_of: datetime | None) -> Finding:
    """The same; raises 404 where no close has been made by then."""
    found = await newest(request, name, as_of)
    if found is None:
        raise Problem(NOT_FOUND, "no close has been made by then: ask for one with POST /v1/close")
    return found
