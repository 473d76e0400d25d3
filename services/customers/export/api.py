"""REST: subject access (C10): one document of everything that is held of a customer, in all services."""

import logging
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Request
from pydantic import BaseModel

from services.customers.base import Base
from services.customers.export.peers import Peers
from services.customers.merges.family import family
from shared import clock
from shared.events.values import ID_PATTERN
from shared.held import held
from shared.web.app import Administrators, Caller
from shared.web.problems import NOT_FOUND, Problem

log = logging.getLogger(__name__)
router = APIRouter(tags=["export"])
CustomerId = Annotated[str, Path(pattern=ID_PATTERN)]


class Export(BaseModel):
    """Everything that is held of a person: by service, by table, rows. `ids`: every id that is theirs."""

    customer_id: str
    ids: list[str]
    made_at: datetime
    services: dict[str, dict[str, list[dict[str, Any]]]]


@router.get("/customers/{customer_id}/export", dependencies=[Administrators])
async def export(
    customer_id: CustomerId,
    request: Request,
    caller: Caller,
    authorization: Annotated[str, Header(include_in_schema=False)],
) -> Export:
    """Everything that the four services hold of a customer, under every id that was merged into theirs.

    The token is handed on: it must have the scope `admin` here and `read` in each other service.
    """
    async with request.app.state.sessions() as session:  # given back before the others are asked
        ids = await family(session, customer_id)
        own = await held(session, Base.metadata, ids)
    peers: Peers = request.app.state.peers
    services = {"customers": own, **await peers.held(ids, authorization)}
    if not any(services.values()):
        raise Problem(NOT_FOUND, f"no customer {customer_id}")
    log.info("an export was taken by %s", caller.subject)
    return Export(customer_id=customer_id, ids=ids, made_at=clock.now(), services=services)
