"""Incidents for tests, and the way to take a step in one."""

from typing import Any

import httpx

from tests.support.client import Client

HAPPENED_AT = "2026-03-01T10:00:00Z"
INCIDENT: dict[str, Any] = {
    "store_id": "330",
    "kind": "unpaid_exit",
    "occurred_at": HAPPENED_AT,
    "reported_by": "emp-7",
    "certain": True,
    "eye_witness": True,
}
ASIDE: dict[str, Any] = {"escorted_aside": True, "other_customers_present": False}
RULE, STATE = "urn:elevenfold:problem:rule-broken", "urn:elevenfold:problem:wrong-state"


async def staffed(client: Client) -> None:
    """A supervisor, a franchisee and an associate are known: sue, fay and ann."""
    for who, role in (("sue", "customer_service_supervisor"), ("fay", "franchisee"), ("ann", "associate")):
        answer = await client.put(f"/v1/staff/{who}", {"role": role, "store_id": "330"}, match=None)
        assert answer.status_code in {200, 201}, answer.text


async def recorded(client: Client, **more: object) -> dict[str, Any]:
    """An incident that was just recorded, as it was answered."""
    answer = await client.post("/v1/incidents", INCIDENT | more)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def step(client: Client, incident: dict[str, Any], name: str, by: str = "sue", **more: object) -> httpx.Response:
    """Take a step in the version given."""
    path = f"/v1/incidents/{incident['id']}/steps"
    return await client.post(path, {"step": name, "by": by} | more, match=f'"{incident["version"]}"')


async def walked(client: Client, incident: dict[str, Any], *names: str) -> dict[str, Any]:
    """The incident after these steps, each of which must be allowed."""
    least: dict[str, dict[str, Any]] = {
        "approach": ASIDE,
        "call": {"called": "police"},
        "intervene": {"called": "police"},
        "witness": {"certain": True},
        "log": {"note": "seen to"},
    }
    for name in names:
        answer = await step(client, incident, name, **least.get(name, {}))
        assert answer.status_code == 200, answer.text
        incident = answer.json()
    return incident


def named(answer: httpx.Response) -> list[str]:
    """The rules that a refusal names."""
    assert (answer.status_code, answer.json()["type"]) == (409, RULE), answer.text
    return [error["detail"] for error in answer.json()["errors"]]
