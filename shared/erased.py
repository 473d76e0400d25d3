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
_ADD = text("insert into erased (digest, erased_at) values (:digest, :at) on conflict do nothing")
_UNANSWER = text("delete from idempotency_keys where names && cast(:names as text[])")
_UNTELL = text("delete from outbox where aggregateid = any(:names)")


class Erased:
    """The ids of those who are erased. `key`: of the hashes; another key knows nobody."""

    def __init__(self, key: SecretStr) -> None:
        self._key = key.get_secret_value().encode()

    async def among(self, session: AsyncSession, customers: Collection[str]) -> set[str]:
        """Which of these ids are erased."""
        names = {self._digest(customer): customer for customer in customers}
        rows = await session.execute(_KNOWN, {"digests": list(names)})
        return {names[digest] for digest in rows.scalars()}

    async def admit(self, session: AsyncSession, customers: Collection[str]) -> set[str]:
        """Hold erasures off until this transaction ends; answers which of these ids are erased already."""
        if not customers:
            return set()
        await session.execute(_TOGETHER)
        return await self.among(session, customers)

    async def begin(self, session: AsyncSession, customers: Collection[str], at: datetime) -> None:
        """Wait until nobody writes, let nobody write until this transaction ends, and remember these ids."""
        await session.execute(_ALONE)
        await session.execute(_ADD, [{"digest": self._digest(customer), "at": at} for customer in customers])

    async def unsay(self, session: AsyncSession, names: Collection[str]) -> None:
        """Forget the stored answers that name one of these ids, and the events keyed by one that are not published."""
        await session.execute(_UNANSWER, {"names": list(names)})
        await session.execute(_UNTELL, {"names": list(names)})

    def _digest(self, customer: str) -> bytes:
        return hmac.digest(self._key, customer.encode(), "sha256")


def gone() -> Problem:
    """What is answered about somebody who is erased."""
    return Problem(GONE, "the customer demanded to be forgotten")
