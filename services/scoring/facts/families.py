"""Families: a customer and the aliases that stand for the same one, as of a date.

A merge is a dated alias. Facts stay under the id they came with; who reads a customer reads the whole family.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from shared.database import Connection
from shared.events import Event
from shared.events.customers import CustomerMerged, CustomerUnmerged

_ADD = """
    insert into aliases (customer_id, source, id, at, into_id) values ($1, $2, $3, $4, $5) on conflict do nothing
"""
_ALIASES = "select customer_id, max(at) as at from aliases where customer_id = any($1) group by customer_id"
_KIN = """
    with recursive kin (id) as (
        select unnest($1::text[]) collate "C"
        union
        select other.id from kin, lateral (
            select into_id as id from aliases where customer_id = kin.id and into_id is not null
            union all
            select customer_id from aliases where into_id = kin.id
        ) as other
    )
    select customer_id, at, into_id, source, id from aliases where customer_id in (select id from kin)
"""


class Alias(NamedTuple):
    """From `at` on, `customer` is the same one as `into`; is one of their own where `into` is None."""

    at: datetime
    source: str
    id: str
    customer: str
    into: str | None


class Families:
    """Who belongs to whom as of a date, among the customers asked for and all their kin."""

    def __init__(self, aliases: Iterable[Alias], as_of: datetime) -> None:
        """`aliases`: of any date; of each customer the last one before `as_of` is in force."""
        ordered = sorted(aliases, key=lambda alias: alias[:4])
        latest = {alias.customer: alias for alias in ordered if alias.at < as_of}
        self._links = {name: alias for name, alias in latest.items() if alias.into not in (None, name)}
        self.kin = sorted({name for alias in ordered for name in (alias.customer, alias.into) if name is not None})
        self._coming = [alias for alias in ordered if alias.at >= as_of]
        self._members: dict[str, list[str]] = {}
        for name in self.kin:
            self._members.setdefault(self.root(name), []).append(name)

    def root(self, customer: str) -> str:
        """Whom this id stands for. In a circle the link made last, which closed it, does not count."""
        path: list[str] = []
        while (link := self._links.get(customer)) and link.into and customer not in path:
            path.append(customer)
            customer = link.into
        if customer not in path:
            return customer
        return max(path[path.index(customer) :], key=lambda name: self._links[name][:4])

    def roots(self, customers: Iterable[str]) -> list[str]:
        """Whom these customers and all their kin stand for, each once, in the order of their ids."""
        return sorted({self.root(name) for name in (*customers, *self.kin)})

    def turns(self, root: str) -> list[datetime]:
        """When, after `as_of`, somebody joins or leaves the family of `root`."""
        members = self.members(root)
        return [alias.at for alias in self._coming if alias.customer in members or alias.into in members]

    def members(self, root: str) -> Sequence[str]:
        """Every id that stands for `root`, itself among them."""
        return self._members.get(root, [root])


async def families_of(connection: Connection, customers: Sequence[str], as_of: datetime) -> Families:
    """The families of these customers; in `kin` stand only those who ever had an alias or were one."""
    rows = await connection.fetch(_KIN, customers)
    aliases = [Alias(row["at"], row["source"], row["id"], row["customer_id"], row["into_id"]) for row in rows]
    return Families(aliases, as_of)


async def kin_of(connection: Connection, customers: Sequence[str]) -> dict[str, list[str]]:
    """The kin of those among these customers who are, or were, anybody's alias; mostly nobody is."""
    rows = await connection.fetch(_ALIASES, customers)
    return {row["customer_id"]: (await families_of(connection, [row["customer_id"]], row["at"])).kin for row in rows}


async def add_aliases(connection: Connection, events: Iterable[Event]) -> None:
    """Store what these events say of merges; again changes nothing."""
    rows = [
        (event.partitionkey, event.source, event.id, event.data.at, _into(event.data))
        for event in events
        if isinstance(event.data, CustomerMerged | CustomerUnmerged)
    ]
    if rows:
        await connection.executemany(_ADD, rows)


def _into(payload: CustomerMerged | CustomerUnmerged) -> str | None:
    return payload.into if isinstance(payload, CustomerMerged) else None
