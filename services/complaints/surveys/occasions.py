"""What a survey or a follow-up is about, as far as this service knows of it."""

from collections.abc import Mapping
from typing import Any, Protocol, cast

from sqlalchemy.ext.asyncio import AsyncSession

from services.complaints.cases.tables import Complaint
from services.complaints.served.tables import Purchase, Visit
from services.complaints.surveys.models import AskedAbout
from services.complaints.surveys.tables import Survey
from shared.aliases import family
from shared.web.auth import Principal
from shared.web.problems import INVALID, Problem


class Happened(Protocol):
    """Whose it is, and where it was; None where that is not known."""

    customer_id: str | None
    store_id: str | None


_KNOWN: Mapping[str, type[Purchase] | type[Visit] | type[Complaint] | type[Survey]] = {
    "purchase": Purchase,
    "visit": Visit,
    "complaint": Complaint,
    "survey": Survey,
}


async def store_of(session: AsyncSession, caller: Principal, customer_id: str, kind: str, key: str) -> str | None:
    """The store where it happened; None too for what nobody has told us of yet. `kind`: a key of `_KNOWN`.

    Raises a 422 problem where it is another customer's, and the same where it is in a store that the caller may not
    act in: who may not read of it learns nothing of whose it is. A sale to nobody we know may be anybody's.
    """
    found = await session.get(_KNOWN[kind], key)
    if found is None:
        return None
    row = cast("Happened", found)
    nobodys = row.customer_id is None and kind != "complaint"
    if not nobodys and row.customer_id not in await family(session, customer_id):
        raise not_theirs("/about/id", f"{kind} {key}")
    if row.store_id is not None and not caller.serves(row.store_id):
        raise not_theirs("/about/id", f"{kind} {key}")
    return row.store_id


def agreed(told: str | None, known: str | None) -> str | None:
    """The store that is told, or else the one that is known; raises a 422 problem where they are two."""
    if told is not None and known is not None and told != known:
        fault = {"pointer": "/store_id", "detail": f"it was in store {known}"}
        raise Problem(INVALID, "look at /store_id", errors=[fault])
    return told or known


def columns(about: AskedAbout | None) -> dict[str, Any]:
    """`about`, as tables hold it."""
    return {"about_kind": about.kind if about else None, "about_id": about.id if about else None}


def not_theirs(pointer: str, what: str) -> Problem:
    """The 422 problem about something that is another customer's."""
    fault = {"pointer": pointer, "detail": f"{what} is not this customer's"}
    return Problem(INVALID, f"look at {pointer}", errors=[fault])
