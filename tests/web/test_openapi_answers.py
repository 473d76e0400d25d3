"""W03: services answer as their OpenAPI documents say."""

import re
from itertools import pairwise
from typing import Any

import asyncpg
import pytest
from jsonschema import Draft202012Validator

from deploy.documents.openapi import BUILDERS
from deploy.local.infrastructure import Addresses
from deploy.local.issuer import Issuer
from shared.web.cursors import encode
from tests.customers.visits import BEGUN
from tests.loyalty.bills import bill
from tests.support.client import Client, client_of
from tests.web.steps import STEPS, STEPS_OF_CASES, STEPS_OF_LOYALTY
from tests.web.test_entities import BACK, MADE
from tests.web.test_openapi import NDJSON, Operation, document_of, operations

ASKED = [("POST", "/v1/close", {"as_of": "2026-01-01T00:00:00Z"}), ("POST", "/v1/rebuild", None)]
CREATED = [made for made in MADE["customers"] if not made[1].startswith("/v1/customers/asha/integrations/i1/")]
"""Without the steps of an integration, which are not made twice."""
SOLD = [made for made in MADE["loyalty"] if not made[1].endswith("/corrections")]
"""Without what demands the version of a bill."""
TWICE: dict[str, list[tuple[str, str, Any]]] = {
    **MADE,
    "customers": [("POST", "/v1/customers", {"id": "eve", "kind": "individual"}), *CREATED],
    "loyalty": SOLD,
    "scoring": ASKED,
}
"""By service, what makes one of each kind."""
EXCHANGE = {"return": BACK, "purchase": bill()}
UNARMED: dict[str, list[tuple[str, str, Any]]] = {
    "customers": STEPS,
    "complaints": STEPS_OF_CASES,
    "loyalty": [("POST", "/v1/purchases", bill()), ("POST", "/v1/purchases/b1/exchanges", EXCHANGE), *STEPS_OF_LOYALTY],
    "scoring": [],
}
"""By service, what lacks a header that is demanded."""


def told_of(service: str, method: str, path: str) -> Operation:
    """The operation that this request is one of."""
    found = (it for it in operations(document_of(service)) if it.method == method.lower())
    return next(it for it in found if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", it.path), path))


@pytest.mark.parametrize("service", BUILDERS)
async def test_W03_what_is_made_twice_answers_both_times_as_told(
    service: str, infrastructure: Addresses, issuer: Issuer
) -> None:
    async with client_of(service, BUILDERS[service], infrastructure.postgres_url, issuer) as client:
        for method, path, body in TWICE[service]:
            it = told_of(service, method, path)
            answers = [await client.call(method, path, named(method, body)) for _ in range(2)]
            assert {str(answer.status_code) for answer in answers} == set(it.done), answers[0].text
            for answer in answers:
                assert set(it.done[str(answer.status_code)].get("headers", {})) == sent(answer.headers)


def named(method: str, body: Any) -> Any:
    """The body, under an id where it is one of its own making."""
    return {"id": "c1"} | body if method == "POST" and body and "as_of" not in body else body


def sent(headers: Any) -> set[str]:
    """Those of these headers that a document tells of."""
    return {name for name in ("ETag", "Location", "Link") if name in headers}


@pytest.mark.parametrize("service", BUILDERS)
async def test_W03_what_is_demanded_is_missed(service: str, infrastructure: Addresses, issuer: Issuer) -> None:
    demanding = {it.path for it in operations(document_of(service)) if any(map(is_demanded, it.parameters.values()))}
    assert {told_of(service, method, path).path for method, path, _ in UNARMED[service]} == demanding
    async with client_of(service, BUILDERS[service], infrastructure.postgres_url, issuer) as client:
        for method, path, body in MADE.get(service, []):
            await client.call(method, path, named(method, body))
        for method, path, body in UNARMED[service]:
            answer = await client.call(method, path, body, key=None)
            assert answer.status_code in {400, 428}, answer.text


def is_demanded(parameter: dict[str, Any]) -> bool:
    return parameter["in"] == "header" and bool(parameter.get("required"))


async def test_L02_an_import_answers_in_the_lines_that_are_told(infrastructure: Addresses, issuer: Issuer) -> None:
    content = told_of("customers", "POST", "/v1/imports/visits").done["200"]["content"]
    validator = Draft202012Validator(content[NDJSON]["schema"])
    async with client_of("customers", BUILDERS["customers"], infrastructure.postgres_url, issuer) as client:
        told = await client.stream("/v1/imports/visits", [BEGUN, BEGUN, {"id": 5}])
    assert [line.get("status") for line in told] == ["accepted", "duplicate", "rejected", None]
    for line in told:
        validator.validate(line)


@pytest.mark.parametrize("path", ["/v1/closes", "/v1/generations"])
async def test_W03_closes_and_generations_come_page_by_page_the_latest_first(
    path: str, infrastructure: Addresses, issuer: Issuer
) -> None:
    async with client_of("scoring", BUILDERS["scoring"], infrastructure.postgres_url, issuer) as client:
        await ask_for_some(client)
        whole = (await client.get(path)).json()["items"]
        seen, following = [], path + "?limit=2"
        while following:
            page = await client.get(following)
            seen += page.json()["items"]
            following = page.headers.get("Link", "").partition(">")[0].strip("<")
    assert seen == whole
    keys = [(each.get("requested_at"), each.get("number"), each["id"]) for each in whole]
    assert len(keys) > 4
    assert all(first[:2] > second[:2] for first, second in pairwise(keys))


async def test_W03_no_number_in_a_cursor_is_too_large_for_its_column(infrastructure: Addresses, issuer: Issuer) -> None:
    async with client_of("scoring", BUILDERS["scoring"], infrastructure.postgres_url, issuer) as client:
        for number, status in (("9" * 18, 200), ("9" * 19, 422), ("-1", 422), ("x", 422)):
            answer = await client.get(f"/v1/generations?cursor={encode(number)}")
            assert answer.status_code == status, answer.text


async def ask_for_some(client: Client) -> None:
    """Five closes, four of them done; generations that were dropped, of one figure and of two."""
    connection = await asyncpg.connect(client.database_url)
    try:
        for day in range(1, 6):
            await connection.execute("update app.closes set state = 'done', finished_at = now()")
            await client.post("/v1/close", {"as_of": f"2026-01-0{day}T00:00:00Z"})
        await connection.execute(
            "insert into app.generations (number, state, created_at) "
            "select number, 'dropped', now() from generate_series(2, 12) as number"
        )
    finally:
        await connection.close()
