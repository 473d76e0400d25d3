"""What can be done with the logbook: write an entry. Nothing else."""

from uuid_utils.compat import uuid7

from services.complaints.incidents.tables import Incident
from services.complaints.logbook.models import NewEntry
from services.complaints.logbook.queries import Told, told
from services.complaints.logbook.tables import LogbookEntry, LogbookNote
from shared.aliases import family
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.entities import add_once
from shared.web.problems import CONFLICT, INVALID, Problem
from shared.web.work import Existing


async def write(tx: Transaction, new: NewEntry, caller: Principal) -> Told:
    """Write an entry; the same id and content does nothing.

    Raises 403 for another store, 409 for an id that is in use with other content, 410, and 422 where the incident, or
    the entry that it mends, is none of that store's, or another customer's.
    """
    caller.demand_store(new.store_id)
    customer = await _customer(tx, new)
    if customer is not None:
        await tx.admit(customer)
    found = await enter(tx, _row(tx, new), new.note, customer)
    return await told(tx.session, found.entity, existed=found.existed)


async def enter(
    tx: Transaction, row: LogbookEntry, note: str | None, customer_id: str | None
) -> Existing[LogbookEntry]:
    """Add an entry, and its words as the customer's, who is admitted already. Raises 409 for other content."""
    found = await add_once(tx, row, "an entry")
    if found.existed:
        known = await tx.session.get(LogbookNote, row.id)
        told_before = (known.note, known.customer_id) if known else (None, customer_id)
        if told_before != (note, customer_id):
            raise Problem(CONFLICT, f"{row.id} is an entry with other content")
    elif note is not None:
        tx.session.add(LogbookNote(entry_id=row.id, customer_id=customer_id, note=note))
        await tx.session.flush()
    return found


async def _customer(tx: Transaction, new: NewEntry) -> str | None:
    """Of whom the entry speaks: of whom it says so, or the corrected one does, or whose its incident is."""
    incident = None if new.incident_id is None else await tx.session.get(Incident, new.incident_id)
    corrected = None if new.corrects is None else await tx.session.get(LogbookEntry, new.corrects)
    _demand_known("incident_id", new.incident_id, incident, new.store_id)
    _demand_known("corrects", new.corrects, corrected, new.store_id)
    theirs = None if incident is None else incident.customer_id
    mended = await _spoken_of(tx, corrected)
    await _demand_one(tx, "incident_id", theirs, mended)
    for known in (theirs, mended):
        await _demand_one(tx, "customer_id", new.customer_id, known)
    return new.customer_id or mended or theirs


async def _spoken_of(tx: Transaction, entry: LogbookEntry | None) -> str | None:
    """Of whom an entry speaks: its words, its incident, or the entry that it corrects says so."""
    while entry is not None:
        words = await tx.session.get(LogbookNote, entry.id)
        incident = None if entry.incident_id is None else await tx.session.get(Incident, entry.incident_id)
        if customer := (words and words.customer_id) or (incident and incident.customer_id):
            return customer
        entry = None if entry.corrects is None else await tx.session.get(LogbookEntry, entry.corrects)
    return None


async def _demand_one(tx: Transaction, name: str, customer: str | None, known: str | None) -> None:
    """Raise 422 for two customers who are not the same: the words are forgotten with one, and tell of the other on."""
    if customer is not None and known is not None and customer not in await family(tx.session, known):
        raise _invalid(name, "another customer's than what it names")


def _demand_known(name: str, said: str | None, known: Incident | LogbookEntry | None, store_id: str) -> None:
    if said is not None and (known is None or known.store_id != store_id):
        raise _invalid(name, "unknown in this store")


def _invalid(name: str, detail: str) -> Problem:
    return Problem(INVALID, f"look at /{name}", errors=[{"pointer": f"/{name}", "detail": detail}])


def _row(tx: Transaction, new: NewEntry) -> LogbookEntry:
    return LogbookEntry(
        **new.model_dump(exclude={"id", "customer_id", "note"}),
        id=new.id or str(uuid7()),
        # Nothing of an entry can be taken away later: not even a digest of what was said of a person stays in it.
        content=new.model_copy(update={"note": None, "customer_id": None}).content(),
        created_at=tx.recorded,
    )
