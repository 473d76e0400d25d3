"""Complaints for tests, and the way to do something about one."""

from typing import Any

import httpx

from shared.events import Event
from shared.events.customers import CustomerMerged, CustomerUnmerged
from tests.support.client import Client
from tests.support.told import NOON, told

OPENED_AT = "2017-03-01T10:00:00Z"
COMPLAINT = {
    "customer_id": "household-208",
    "store_id": "330",
    "category": "service",
    "severity": "normal",
    "occurred_at": OPENED_AT,
}
BODIES: dict[str, dict[str, Any]] = {
    "acknowledge": {},
    "assign": {"department": "tills"},
    "escalate": {},
    "pause": {},
    "resume": {},
    "remedies": {"kind": "apology"},
    "resolve": {"resolution": "Second till opened", "root_cause": "staffing"},
    "close": {},
    "reopen": {},
    "withdraw": {},
}
"""For each verb's path, the least that may be sent."""


async def opened(client: Client, **more: object) -> dict[str, Any]:
    """A complaint that was just opened, as it was answered."""
    answer = await client.post("/v1/complaints", COMPLAINT | more)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def act(client: Client, case: dict[str, Any], verb: str, **more: object) -> httpx.Response:
    """Do `verb` to the complaint in the version given, at its last step's moment; `more` is added to the least body."""
    path = f"/v1/complaints/{case['id']}/{verb}"
    body = {"occurred_at": case["history"][-1]["occurred_at"]} | BODIES[verb] | more
    return await client.post(path, body, match=f'"{case["version"]}"')


async def lived(client: Client, case: dict[str, Any], *verbs: str) -> dict[str, Any]:
    """The complaint after these verbs, each of which must be allowed."""
    for verb in verbs:
        answer = await act(client, case, verb)
        assert answer.status_code == 200, answer.text
        case = answer.json()
    return case


def merged(customer: str, into: str) -> Event:
    """They turned out to be one customer."""
    return told(CustomerMerged(into=into, at=NOON), customer, customer)


def unmerged(customer: str) -> Event:
    """They turned out to be two after all."""
    return told(CustomerUnmerged(at=NOON), customer, customer)
