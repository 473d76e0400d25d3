"""Every entity has an ETag: each route that reads one is found in the OpenAPI document and held to it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI

from deploy.local.infrastructure import Addresses
from deploy.local.issuer import Issuer
from services.complaints import web as complaints
from services.complaints.settings import ComplaintsSettings
from services.customers import web as customers
from services.customers.settings import CustomersSettings
from services.loyalty import web as loyalty
from shared.settings import WebSettings
from tests.complaints.cases import COMPLAINT
from tests.customers.visits import BEGUN
from tests.loyalty.bills import bill, line
from tests.support.client import Client, client_of

Build = Callable[[Any], FastAPI]
RECORDING: dict[str, tuple[Build, type[WebSettings]]] = {
    "customers": (customers.build, CustomersSettings),
    "complaints": (complaints.build, ComplaintsSettings),
    "loyalty": (loyalty.build, WebSettings),
}
GRANT = {"granted_at": "2026-01-01T00:00:00Z", "source": "form"}
EXIT = {"id": "e1", "reason": "price", "occurred_at": "2026-03-01T00:00:00Z"}
INCIDENT = {
    "id": "c1",
    "store_id": "330",
    "kind": "breakage",
    "occurred_at": "2026-03-01T00:00:00Z",
    "reported_by": "emp-7",
}
LINES = [{"line": 1, "quantity": "1", "refund_amount": "1.00"}]
BACK = {"id": "r1", "occurred_at": "2017-01-03T10:00:00Z", "reason": "unwanted", "lines": LINES}
CAMPAIGN = {"id": "18", "name": "Autumn", "kind": "mass", "starts_on": "2017-10-30", "ends_on": "2017-12-24"}
RIVAL = {"name": "Rival", "directness": "direct"}
OFFER = {"product_id": "1", "currency": "USD", "price": "5.00", "seen_on": "2026-03-01"}
AGREEMENT = {
    "id": "c1",
    "customer_id": "asha",
    "category": "GROCERY",
    "currency": "USD",
    "steps": [{"min_quantity": "10", "discount_share": "0.1"}],
    "valid_from": "2026-01-01T00:00:00Z",
}
PROGRAMME = {"valid_from": "2016-01-01T00:00:00Z", "currency": "USD", "points_per_unit": "1", "point_value": "0.01"}
ADJUSTMENT = {"points": 5, "currency": "USD", "reason_text": "kindness", "by": "emp-7"}
ASKED = {"product_id": "1", "category": "GROCERY", "quantity": "1", "list_amount": "2"}
QUOTE = {"id": "c1", "customer_id": "asha", "currency": "USD", "lines": [ASKED]}
LATE = "2199-01-01T00:00:00Z"
TALK = {"named": "need", "topic": "boots", "response": "open", "occurred_at": BEGUN["started_at"]}
MADE: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
    "customers": [
        ("PUT", "/v1/customers/asha", {"kind": "individual"}),
        ("PUT", "/v1/customers/asha/consents/marketing/mail", GRANT),
        ("POST", "/v1/customers/asha/exits", EXIT),
        ("POST", "/v1/visits", BEGUN),
        ("POST", "/v1/visits/v1/conversations", TALK),
        ("POST", "/v1/prospects", {"id": "asha", "customer_id": "asha"}),
        ("POST", "/v1/customers/asha/doubts", {"id": "d1", "topic": "price"}),
        (
            "POST",
            "/v1/customers/asha/objectives",
            {"title": "More visits", "target": "4", "unit": "visits", "due_at": LATE},
        ),
        ("POST", "/v1/customers/asha/commitments", {"what": "call back", "due_at": LATE}),
        ("POST", "/v1/customers/asha/requirements", {"id": "q1", "what": "no nuts"}),
        ("POST", "/v1/customers/asha/requirements/q1/checks", {"conforms": True}),
        ("POST", "/v1/customers/asha/contacts", {"purpose": "marketing", "channel": "mail"}),
        ("POST", "/v1/partners", {"id": "emp-7", "kind": "employee"}),
        ("POST", "/v1/relationships", {"customer_id": "asha", "party_id": "emp-7", "role": "account_manager"}),
        ("PUT", "/v1/customers/ben", {"kind": "individual"}),
        ("PUT", "/v1/customers/asha/duplicates/ben", {"same": False}),
        ("POST", "/v1/touchpoints", {"customer_id": "asha", "channel": "phone"}),
        ("POST", "/v1/baggage", {"store_id": "330", "accepted": True, "customer_id": "asha"}),
        ("POST", "/v1/customers/asha/gestures", {"kind": "social", "by": "emp-7", "why": "rain"}),
        ("POST", "/v1/customers/asha/preferences", {"topic": "quiet-hours"}),
        ("POST", "/v1/customers/asha/solutions", {"what": "boots made to measure"}),
        ("POST", "/v1/customers/asha/integrations", {"id": "i1", "kind": "portal"}),
        ("POST", "/v1/customers/asha/integrations/i1/start", {}),
        ("POST", "/v1/customers/asha/integrations/i1/use", {"kind": "order"}),
        ("POST", "/v1/customers/asha/process-steps", {"step": "quote", "due_at": LATE}),
    ],
    "complaints": [
        ("POST", "/v1/complaints", COMPLAINT | {"id": "c1"}),
        ("PUT", "/v1/stores/330/calendar", {"time_zone": "America/New_York", "opening_hours": "Mo-Fr 09:00-17:00"}),
        ("PUT", "/v1/service-standards/service/low", {"acknowledge_hours": "4", "resolve_hours": "16"}),
        ("PUT", "/v1/staff/emp-7", {"role": "associate"}),
        ("POST", "/v1/staff/emp-7/trainings", {"level": 1}),
        ("PUT", "/v1/authority-limits/1/USD", {"amount": "500"}),
        ("POST", "/v1/surveys", {"customer_id": "asha", "occurred_at": COMPLAINT["occurred_at"], "csat": 4}),
        ("POST", "/v1/survey-invitations", {"customer_id": "asha"}),
        ("POST", "/v1/stores/330/pulses", {"answers": {"culture": 5}}),
        ("POST", "/v1/tasks", {"id": "c1", "customer_id": "asha", "kind": "call_back", "due_at": LATE}),
        ("POST", "/v1/incidents", INCIDENT),
        ("POST", "/v1/logbook", INCIDENT | {"id": "c1", "kind": "note", "note": "A lamp fell"}),
        ("POST", "/v1/complaints/c1/corrective-actions", {"id": "c1", "what": "a second till", "due_at": LATE}),
        ("POST", "/v1/ideas", {"id": "c1", "store_id": "330", "words": "Sell umbrellas"}),
    ],
    "loyalty": [
        ("POST", "/v1/purchases", bill(id="b1")),
        ("POST", "/v1/purchases/b1/returns", BACK),
        ("POST", "/v1/purchases/b1/corrections", {"id": "k1", "reason": "miskeyed", "lines": [line(tailored=True)]}),
        ("POST", "/v1/unavailable-requests", {"store_id": "330", "category": "MEAT"}),
        ("POST", "/v1/cards", {"id": "c1", "customer_id": "asha"}),
        ("POST", "/v1/programmes", PROGRAMME),
        ("POST", "/v1/cards/c1/adjustments", ADJUSTMENT),
        ("PUT", "/v1/categories/GROCERY", {"name": "Grocery", "offered_from": "2016-01-01"}),
        ("PUT", "/v1/stores/330", {"time_zone": "America/New_York"}),
        ("POST", "/v1/campaigns", CAMPAIGN),
        ("PUT", "/v1/contact-policies/mail", {"most": 8, "days": 30}),
        ("PUT", "/v1/competitors/rival", RIVAL),
        ("PUT", "/v1/competitors/rival/offers/o1", OFFER),
        ("POST", "/v1/competitor-observations", {"store_id": "330", "competitor_id": "rival", "kind": "offer"}),
        ("POST", "/v1/price-match-requests", {"customer_id": "asha", "category": "GROCERY", "granted": False}),
        ("POST", "/v1/referrals", {"customer_id": "asha", "friend_id": "ben"}),
        ("POST", "/v1/volume-agreements", AGREEMENT),
        ("POST", "/v1/quotes", QUOTE),
        ("PUT", "/v1/products/boots", {"category": "SHOES"}),
        ("POST", "/v1/suggestion-models", {"id": "m1", "as_of": "2026-01-01T00:00:00Z"}),
        (
            "POST",
            "/v1/suggestions",
            {"id": "c1", "customer_id": "asha", "kind": "cross_sell", "product_id": "wax"},
        ),
    ],
}
"""By service, what makes one entity of each kind."""
ARMED = ("/start", "/corrections")
"""What demands the version that was read."""


async def templates(client: Client) -> list[re.Pattern[str]]:
    """The paths by which one entity is read: they end with its id."""
    paths = (await client.http.get("/openapi.json")).json()["paths"]
    found = [path for path, operations in paths.items() if path.endswith("}") and "get" in operations]
    versioned = [path for path in found if not path.startswith("/v1/erasures/")]  # a receipt has no version
    return [re.compile(re.sub(r"\{\w+\}", "[^/]+", path)) for path in versioned]


@pytest.mark.parametrize("service", RECORDING)
async def test_W03_every_entity_is_read_with_its_etag_and_not_again_while_that_lasts(
    service: str, infrastructure: Addresses, issuer: Issuer
) -> None:
    build, settings = RECORDING[service]
    async with client_of(service, build, infrastructure.postgres_url, issuer, settings) as client:
        untried = await templates(client)
        assert untried
        for method, path, body in MADE[service]:
            made = await client.call(method, path, body, match='"1"' if path.endswith(ARMED) else None)
            assert made.is_success, made.text
            place = made.headers.get("Location", path)
            if made.status_code == 200 and method == "POST":
                continue  # a step, of what was read before
            if path.endswith("/pulses"):
                continue  # what nobody may read alone
            shown = {name: value for name, value in made.json().items() if name != "token"}  # of a bag: told once
            if "version" in shown:
                await read_again(client, place, shown, made.headers["ETag"])
            elif any(template.fullmatch(place) for template in untried):  # what never changes has no version
                assert (await client.get(place)).json() == shown
            untried = [template for template in untried if not template.fullmatch(place)]
        assert not untried, "add to MADE what makes one"


async def read_again(client: Client, path: str, entity: dict[str, Any], etag: str) -> None:
    """The entity comes with its version as ETag, and without a body for who has that version."""
    read = await client.get(path)
    assert (read.status_code, read.headers["ETag"], read.json()) == (200, f'"{entity["version"]}"', entity)
    assert etag == read.headers["ETag"]
    for known in (etag, f"W/{etag}", f'"7", {etag}', "*"):
        again = await client.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)
        assert not {"content-type", "content-length"} & set(again.headers)
    for other in ('"7"', etag.strip('"'), ""):
        assert (await client.get(path, headers={"If-None-Match": other})).json() == entity


@pytest.mark.parametrize(
    ("service", "path", "body"),
    [(service, path, body) for service, made in MADE.items() for method, path, body in made if method == "PUT"],
)
async def test_W03_what_is_not_there_has_no_version_that_could_match(
    service: str, path: str, body: dict[str, Any], infrastructure: Addresses, issuer: Issuer
) -> None:
    build, settings = RECORDING[service]
    async with client_of(service, build, infrastructure.postgres_url, issuer, settings) as client:
        for customer in ("/v1/customers/asha", "/v1/customers/ben"):
            if service == "customers" and path.count("/") > 3:
                await client.put(customer, {"kind": "individual"})
        if "/offers/" in path:
            await client.put("/v1/competitors/rival", RIVAL)
        recorded = len(await client.outbox())
        for match in ('"1"', "*"):
            assert (await client.put(path, body, match=match)).status_code == 412
        assert len(await client.outbox()) == recorded
        assert (await client.get(path)).status_code == 404
        assert (await client.put(path, body)).is_success
