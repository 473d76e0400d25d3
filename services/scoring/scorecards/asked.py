"""The card that a request asks for, or the problem that tells why there is none."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Path, Query, Request

from services.scoring.evaluation.as_of import Cards
from services.scoring.facts.erasures import Erasures
from shared import clock
from shared.database import Connection, raw_connection
from shared.events.values import ID_PATTERN
from shared.web.fields import Instant
from shared.web.problems import GONE, INVALID, NOT_FOUND, Problem

CustomerId = Annotated[str, Path(pattern=ID_PATTERN)]
AsOf = Annotated[Instant | None, Query(description="a past moment with its offset; now where none is told")]


async def card_of(request: Request, customer: str, as_of: datetime | None) -> bytes:
    """The customer's card as JSON, now or as of a past moment; raises 404, 410, and 422 for the future."""
    cards: Cards = request.app.state.cards
    async with raw_connection(request.app.state.engine) as connection:
        if as_of is None:
            card = await cards.current(connection, customer)
        else:
            card = await cards.as_of(connection, customer, past(as_of))
        if card is None:
            raise await unknown(request, connection, customer)
    return card


async def unknown(request: Request, connection: Connection, customer: str) -> Problem:
    """Why there is nothing to show: nobody knows the customer, or the customer demanded to be forgotten."""
    erasures: Erasures = request.app.state.erasures
    if await erasures.known(connection, [customer]):
        return Problem(GONE, "the customer demanded to be forgotten")
    return Problem(NOT_FOUND, f"nothing is known of {customer}")


def past(moment: datetime) -> datetime:
    """`moment`; raises 422 where it lies in the future."""
    if moment > clock.now() + timedelta(seconds=5):
        fault = {"pointer": "/as_of", "detail": "it lies in the future"}
        raise Problem(INVALID, "look at as_of", errors=[fault])
    return moment
