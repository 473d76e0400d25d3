"""Tokens and scopes, on every route of every service, found in its OpenAPI document."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import FastAPI
from jwt.algorithms import RSAAlgorithm

from deploy.local.infrastructure import Addresses
from deploy.local.issuer import AUDIENCE, ISSUER, Issuer
from services.complaints import web as complaints
from services.customers import web as customers_service
from services.loyalty import web as loyalty
from services.scoring import web as scoring
from shared.web import auth
from tests.support.client import Client, client_of

SERVICES: dict[str, Callable[[Any], FastAPI]] = {
    "customers": customers_service.build,
    "complaints": complaints.build,
    "loyalty": loyalty.build,
    "scoring": scoring.build,
}


@pytest.fixture(params=SERVICES)
async def service(
    request: pytest.FixtureRequest, infrastructure: Addresses, issuer: Issuer
) -> AsyncIterator[tuple[str, Client]]:
    """Each service in turn."""
    async with client_of(request.param, SERVICES[request.param], infrastructure.postgres_url, issuer) as client:
        yield request.param, client


async def routes(client: Client) -> list[tuple[str, str]]:
    """Method and a filled-in path of every operation."""
    document = (await client.http.get("/openapi.json")).json()
    return [
        (method.upper(), path.replace("{", "").replace("}", ""))
        for path, operations in document["paths"].items()
        for method in operations
    ]


def forged(issuer: Issuer) -> dict[str, str]:
    """Tokens that must not be believed, by what is wrong with them."""
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "eve", "exp": now + 60, "scope": "customers:read"}
    public = issuer.jwks.read_text()
    secret = jwt.utils.base64url_decode(json.loads(public)["keys"][0]["x"])
    return {
        "alg none": jwt.encode(claims, "", algorithm="none", headers={"kid": "local"}),
        "signed with the public key": jwt.encode(claims, secret, algorithm="HS256", headers={"kid": "local"}),
        "expired": issuer.token(exp=now - 60),
        "no exp": issuer.token(exp=None),
        "not yet": issuer.token(nbf=now + 600),
        "wrong audience": issuer.token(aud="elsewhere"),
        "wrong issuer": issuer.token(iss="https://evil.example"),
        "unknown key": jwt.encode(claims, "k" * 32, algorithm="HS256", headers={"kid": "other"}),
        "no jwt": "abc",
        "stores no list": issuer.sign(claims | {"stores": "330"}),
    }


async def test_W06_no_route_is_open(service: tuple[str, Client]) -> None:
    name, client = service
    found = await routes(client)
    assert found
    nobody = client.issuer.token(["other:read"])
    for method, path in found:
        content = b"{}" if method in {"POST", "PUT", "PATCH"} else None
        kind = "application/x-ndjson" if "imports" in path else "application/json"
        headers = {"Content-Type": kind} if content else {}
        bare = await client.http.request(method, path, content=content, headers=headers)
        assert (bare.status_code, "WWW-Authenticate" in bare.headers) == (401, True), (name, method, path)
        assert bare.headers["content-type"] == "application/problem+json"
        headers["Authorization"] = f"Bearer {nobody}"
        scoped = await client.http.request(method, path, content=content, headers=headers)
        assert scoped.status_code == 403, (name, method, path, scoped.text)


async def test_W06_a_reader_may_not_write(service: tuple[str, Client]) -> None:
    name, client = service
    reader = client.issuer.token([f"{name}:read"])
    for method, path in await routes(client):
        if method != "GET":
            kind = "application/x-ndjson" if "imports" in path else "application/json"
            answer = await client.call(method, path, b"{}", bearer=reader, headers={"Content-Type": kind})
            assert answer.status_code == 403, (method, path)


async def test_W06_a_forged_token_is_refused(customers: Client) -> None:
    for fault, token in forged(customers.issuer).items():
        answer = await customers.get("/v1/customers", bearer=token)
        assert answer.status_code == 401, fault
        assert token not in answer.text


async def test_W06_keys_rotate_without_a_restart_and_made_up_ids_cost_nothing(
    customers: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await customers.get("/v1/customers")).status_code == 200
    fetched = 0
    fetch = auth.KeySet._fetch

    async def counted(keys: auth.KeySet) -> bytes:
        nonlocal fetched
        fetched += 1
        return await fetch(keys)

    monkeypatch.setattr(auth.KeySet, "_fetch", counted)
    monkeypatch.setattr(auth, "COOL_DOWN_S", 2.0)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    known = json.loads(customers.issuer.jwks.read_text())
    rotated = {**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": "next", "alg": "RS256"}
    customers.issuer.jwks.write_text(json.dumps({"keys": [*known["keys"], rotated]}))
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "till", "exp": now + 60, "scope": "customers:read"}
    token = jwt.encode(claims, key, algorithm="RS256", headers={"kid": "next"})
    await asyncio.sleep(2.1)
    assert (await customers.get("/v1/customers", bearer=token)).status_code == 200
    for number in range(50):
        made_up = jwt.encode(claims, key, algorithm="RS256", headers={"kid": f"made-up-{number}"})
        assert (await customers.get("/v1/customers", bearer=made_up)).status_code == 401
    assert fetched <= 5
    customers.issuer.jwks.write_text(json.dumps(known))


async def test_W06_an_issuer_that_is_away_stops_nobody_known(
    customers: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await customers.get("/v1/customers")).status_code == 200

    async def away(_: auth.KeySet) -> bytes:
        raise OSError

    monkeypatch.setattr(auth.KeySet, "_fetch", away)
    monkeypatch.setattr(auth, "REFRESH_S", 0.0)
    assert (await customers.get("/v1/customers")).status_code == 200


async def test_W06_too_many_requests_are_slowed_down(infrastructure: Addresses, issuer: Issuer) -> None:
    url = infrastructure.postgres_url
    async with client_of("customers", SERVICES["customers"], url, issuer, rate_limit="5/minute") as client:
        codes = [(await client.get("/v1/customers")).status_code for _ in range(7)]
    assert codes == [200] * 5 + [429] * 2
