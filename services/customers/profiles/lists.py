"""What hangs on a customer's row: external ids, contact points, and the keys by which duplicates are found."""

from collections.abc import Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.postgresql import insert as insert_or_not
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.customers.duplicates.tables import MatchKey
from services.customers.profiles.known import Known, match_keys
from services.customers.profiles.models import ContactPointModel, ExternalIdModel, Profile
from services.customers.profiles.tables import ContactPoint, Customer, ExternalId
from shared.outbox import Transaction
from shared.web.problems import CONFLICT, Problem


async def known(session: AsyncSession, rows: Sequence[Customer]) -> list[Known]:
    """These customers with all that hangs on their rows."""
    named: dict[str, list[ExternalIdModel]] = {row.id: [] for row in rows}
    reached: dict[str, list[ContactPointModel]] = {row.id: [] for row in rows}
    ids = select(ExternalId).where(col(ExternalId.customer_id).in_(named)).order_by("system", "value")
    for found in (await session.execute(ids)).scalars():
        named[found.customer_id].append(ExternalIdModel(system=found.system, value=found.value))
    points = select(ContactPoint).where(col(ContactPoint.customer_id).in_(reached)).order_by("number")
    for point in (await session.execute(points)).scalars():
        model = ContactPointModel.model_construct(**point.model_dump(include={"kind", "value", "label"}))
        reached[point.customer_id].append(model)
    return [Known(row, named[row.id], reached[row.id], existed=True) for row in rows]


async def keep(tx: Transaction, customer_id: str, profile: Profile) -> None:
    """Give a new customer the lists of a profile."""
    await _name(tx, customer_id, profile.external_ids)
    points = [point.model_dump() for point in profile.contact_points]
    keys = [key._asdict() for key in match_keys(profile)]
    for kind, rows in ((ContactPoint, points), (MatchKey, keys)):
        if rows:
            numbered = [row | {"customer_id": customer_id, "number": n} for n, row in enumerate(rows)]
            await tx.session.execute(insert(kind), numbered)


async def replace(tx: Transaction, customer_id: str, profile: Profile) -> None:
    """Give a customer the lists of a profile in place of those they had."""
    for kind in (ExternalId, ContactPoint, MatchKey):
        await tx.session.execute(delete(kind).where(col(kind.customer_id) == customer_id))
    await keep(tx, customer_id, profile)


async def _name(tx: Transaction, customer_id: str, ids: list[ExternalIdModel]) -> None:
    """Give a customer these external ids.

    Not by violating the key: the database would write the id, which may be personal, into its log.
    """
    if not ids:
        return
    rows = [{"system": i.system, "value": i.value, "customer_id": customer_id} for i in ids]
    statement = insert_or_not(ExternalId).on_conflict_do_nothing().returning(col(ExternalId.value))
    if len((await tx.session.execute(statement, rows)).all()) < len(rows):
        fault = {"pointer": "/external_ids", "detail": "one of them names another customer"}
        raise Problem(CONFLICT, "external ids are unique per system", errors=[fault])
