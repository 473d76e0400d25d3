"""Who demanded to be forgotten: known by a keyed hash alone, enough to turn away what still comes under their id.

Whoever writes something of a customer is `together` with others who do; an erasure is alone. So nothing of a person is
written beside their erasure. Needs the table that `shared.tables.add_erased` declares.
"""

import hmac
from collections.abc import Collection
from datetime import datetime

from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.web.problems import GONE, Problem

_TOGETHER = text("select pg_advisory_xact_lock_shared(hashtext('erasures'))")
_ALONE = text("select pg_advisory_xact_lock(hashtext('erasures'))")
_KNOWN = text("select digest from erased where digest = any(:digests)")
_ADD = text("""
    insert into erased (digest, erased_at) values (:digest, :at)
    on conflict (digest) do update set erased_at = erased.erased_at
""")
"""Who is erased again is written again, too: by what this transaction wrote the logbook knows an erasure."""
_TOLD = text("insert into erased (digest, erased_at) values (:digest, :at) on conflict do nothing returning true")
_UNANSWER = text("delete from idempotency_keys where names && cast(:names as text[])")
_UNANSWER_UNNAMED = text("""
    delete from idempotency_keys using unnest(cast(:names as text[])) as told (id)
    where idempotency_keys.names = '{}' and strpos(convert_from(body, 'UTF8'), '"' || told.id || '"') > 0
""")
"""Answers that hold ids in lists alone, or were stored before ids were noted beside them."""
_UNTELL = text("delete from outbox where aggregateid = any(:names)")


class Erased:
    """The ids of those who are erased. `key`: of the hashes; another key knows nobody."""

    def __init__(self, key: SecretStr) -> None:
        self._key = key.get_secret_value().encode()

    async def among(self, session: AsyncSession, customers: Collection[str]) -> set[str]:
        """Which of these ids are erased."""
        names = {self.digest(customer): customer for customer in customers}
        rows = await session.execute(_KNOWN, {"digests": list(names)})
        return {names[digest] for digest in rows.scalars()}

    async def admit(self, session: AsyncSession, customers: Collection[str]) -> set[str]:
        """Hold erasures off until this transaction ends; answers which of these ids are erased already."""
        if not customers:
            return set()
        await together(session)
        return await self.among(session, customers)

    async def alone(self, session: AsyncSession) -> None:
        """Wait until nobody writes, and let nobody write until this transaction ends; before any row is locked."""
        await session.execute(_ALONE)

    async def remember(self, session: AsyncSession, customers: Collection[str], at: datetime) -> None:
        """Turn these ids away from now on."""
        await session.execute(_ADD, [{"digest": self.digest(customer), "at": at} for customer in customers])

    async def first(self, session: AsyncSession, erasure: str, at: datetime) -> bool:
        """Whether this is the first that is heard of an erasure; every one is answered once."""
        told = {"digest": self.digest(f"erasure:{erasure}"), "at": at}  # no customer's id has a colon
        return await session.scalar(_TOLD, told) is not None

    async def unsay(self, session: AsyncSession, names: Collection[str]) -> None:
        """Forget the stored answers that name one of these ids, and the events keyed by one that are not published.

        After their rows are gone: whoever held one until now may have said something yet.
        """
        await session.execute(_UNANSWER, {"names": list(names)})
        await session.execute(_UNANSWER_UNNAMED, {"names": list(names)})
        await session.execute(_UNTELL, {"names": list(names)})

    def digest(self, name: str) -> bytes:
        """What an id is known by when it is to be known no more."""
        return hmac.digest(self._key, name.encode(), "sha256")


async def together(session: AsyncSession) -> None:
    """Hold erasures off until this transaction ends; before any row is locked."""
    await session.execute(_TOGETHER)


def gone() -> Problem:
    """What is answered about somebody who is erased."""
    return Problem(GONE, "the customer demanded to be forgotten")
