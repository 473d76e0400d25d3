"""What can be done with the programme: put a version of it."""

from uuid_utils.compat import uuid7

from services.loyalty.programme import queries
from services.loyalty.programme.models import NewProgramme
from services.loyalty.programme.tables import ProgrammeVersion
from services.loyalty.tiers.due import look_again
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.entities import add_once
from shared.web.problems import CONFLICT, Problem
from shared.web.work import Existing


async def put(tx: Transaction, new: NewProgramme, caller: Principal) -> Existing[ProgrammeVersion]:
    """Say what holds from a moment on, for what is told from now on: what was earned before stays as it is.

    The same version told again does nothing. Raises 403 for a token bound to stores, 409 where the id is another
    version's, or the currency has another one from that very moment.
    """
    caller.demand_chain()
    known = await queries.same_moment(tx.session, new.currency, new.valid_from)
    if known is not None and new.id != known.id:
        raise _conflict(known)
    told = {name: getattr(new, name) for name in NewProgramme.model_fields if name != "id"}
    told["tiers"] = [tier.model_dump() for tier in new.tiers]
    row = ProgrammeVersion(id=new.id or str(uuid7()), content=new.content(), created_at=tx.recorded, **told)
    made = await add_once(tx, row, "a programme")
    if not made.existed:
        await note(tx, Subject("programme", row.id, 1), "create", before=None, after=told, at=tx.recorded)
        await look_again(tx.session, row.currency, row.valid_from)
    return made


def _conflict(known: ProgrammeVersion) -> Problem:
    detail = f"{known.id} is the programme of {known.currency} from that moment on"
    return Problem(CONFLICT, detail, errors=[{"pointer": "/valid_from", "detail": detail}])
