"""The other services, asked for their parts of an export."""

import asyncio
from collections.abc import Collection, Mapping

import httpx

from shared.held import Held
from shared.web.problems import FORBIDDEN, PEER_UNAVAILABLE, Problem

DEADLINE_S = 20.0


class Peers:
    """By service, where it is: `http://host:port`. Each is asked with the caller's own token."""

    def __init__(self, addresses: Mapping[str, str]) -> None:
        self.addresses = addresses

    def client(self, service: str) -> httpx.AsyncClient:
        """A client of the service."""
        return httpx.AsyncClient(base_url=self.addresses[service], timeout=DEADLINE_S)

    async def held(self, customers: Collection[str], authorization: str) -> dict[str, Held]:
        """What each service holds of a person under these ids, by table.

        Raises 403 where the token does not reach, 503 where a service does not answer: never a part of the whole.
        """
        parts = await asyncio.gather(*(self._all(service, customers, authorization) for service in self.addresses))
        return dict(zip(self.addresses, parts, strict=True))

    async def _all(self, service: str, customers: Collection[str], authorization: str) -> Held:
        found: Held = {}
        async with self.client(service) as client:
            for customer in customers:
                for table, rows in (await _part(client, service, customer, authorization)).items():
                    found.setdefault(table, []).extend(rows)
        return found


async def _part(client: httpx.AsyncClient, service: str, customer: str, authorization: str) -> Held:
    try:
        answer = await client.get(f"/v1/customers/{customer}/export", headers={"Authorization": authorization})
    except httpx.HTTPError as error:
        raise _away(service, type(error).__name__) from None
    if answer.status_code in {401, 403}:
        raise Problem(FORBIDDEN, f"the scope {service}:read is needed: an export is of all services or of none")
    if answer.status_code != 200:
        raise _away(service, str(answer.status_code))
    held: Held = answer.json()["held"]
    return held


def _away(service: str, why: str) -> Problem:
    return Problem(PEER_UNAVAILABLE, f"{service} did not answer ({why})", headers={"Retry-After": "5"})
