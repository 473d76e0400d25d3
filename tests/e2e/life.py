"""A customer of whom every service holds something, with a word of theirs wherever words can stand."""

from collections.abc import Iterator
from typing import Any

from tests.e2e.test_rows import ago, bill
from tests.support.client import Client
from tests.support.pipeline import Pipeline

Request = tuple[str, str, dict[str, Any], str | None]
"""Method, path, body, If-Match."""
SOON = ago(days=-3)


async def live(crm: Pipeline, who: str, word: str, tag: str) -> None:
    """Tell all of `who`; ids begin with `tag`, and none of them holds theirs."""
    parts = {"t": tag, "w": word}
    for client, requests in (
        (crm.customers, [*_profile(who, **parts), *_served(who, **parts), *_promised(who, **parts)]),
        (crm.complaints, _complained(who, **parts)),
        (crm.loyalty, _bought(who, t=tag)),
    ):
        await _tell(client, requests)


async def _tell(client: Client, requests: Iterator[Request] | list[Request]) -> None:
    for method, path, body, match in requests:
        answer = await client.call(method, path, body, match=match)
        assert answer.status_code in {200, 201}, f"{method} {path}: {answer.text}"


def _profile(who: str, t: str, w: str) -> Iterator[Request]:
    own = f"/v1/customers/{who}"
    known: dict[str, Any] = {
        "name": w,
        "email": f"{w}@example.com",
        "phone": "+49 4242 771 313",
        "birth_date": "1931-07-09",
    }
    known |= {"address": w, "lifestyle": w, "external_ids": [{"system": "till", "value": w}]}
    points = [{"kind": "email", "value": f"{w}@example.org", "label": w}]
    yield "PUT", own, {"kind": "individual", **known, "contact_points": points}, None
    yield "PATCH", own, {"address": f"{w} lane"}, '"1"'
    yield "PUT", f"{own}/consents/marketing/mail", {"granted_at": ago(days=60), "source": w}, None
    contact = {"id": f"{t}-contact", "purpose": "marketing", "channel": "mail", "note": w}
    yield "POST", f"{own}/contacts", contact, None
    yield "POST", f"{own}/exits", {"reason": "price", "occurred_at": ago(days=5), "note": w}, None
    other = {"kind": "individual", "name": "somebody else"}
    yield "PUT", f"/v1/customers/{t}-other", other, None
    link = {"id": f"{t}-link", "customer_id": f"{t}-other", "party_id": who, "party_kind": "customer"}
    yield "POST", "/v1/relationships", link | {"role": "household"}, None


def _served(who: str, t: str, w: str) -> Iterator[Request]:
    own = f"/v1/customers/{who}"
    visit = {"id": f"{t}-visit", "customer_id": who, "channel": "store", "started_at": ago(days=9), "note": w}
    yield "POST", "/v1/visits", visit | {"two_way": True, "ended_at": ago(days=8)}, None
    touch = {"id": f"{t}-touch", "customer_id": who, "channel": "phone", "occurred_at": ago(days=9), "note": w}
    yield "POST", "/v1/touchpoints", touch, None
    said = {"named": "idea", "topic": "boots", "words": w, "response": "open", "occurred_at": ago(days=9)}
    yield "POST", f"/v1/touchpoints/{t}-touch/conversations", said, None
    doubt = {"id": f"{t}-doubt", "topic": "price", "words": w, "occurred_at": ago(days=9)}
    yield "POST", f"{own}/doubts", doubt, None
    yield "POST", f"{own}/doubts/{t}-doubt/resolve", {"outcome": "answered", "words": w}, '"1"'
    bag = {"id": f"{t}-bag", "customer_id": who, "store_id": "330", "accepted": True, "description": w}
    yield "POST", "/v1/baggage", bag, None
    gesture = {"kind": "social", "by": "emp-7", "why": w, "occurred_at": ago(days=9)}
    yield "POST", f"{own}/gestures", gesture, None


def _promised(who: str, t: str, w: str) -> Iterator[Request]:
    own = f"/v1/customers/{who}"
    yield "POST", f"{own}/preferences", {"topic": "size", "words": w}, None
    yield "POST", f"{own}/solutions", {"what": w}, None
    objective = {"id": f"{t}-aim", "title": w, "target": "3", "unit": "orders", "due_at": SOON}
    yield "POST", f"{own}/objectives", objective, None
    yield "POST", f"{own}/objectives/{t}-aim/close", {"reached": False, "reason": w}, '"1"'
    yield "POST", f"{own}/commitments", {"what": w, "due_at": SOON}, None
    yield "POST", f"{own}/requirements", {"id": f"{t}-need", "what": w}, None
    yield "POST", f"{own}/requirements/{t}-need/checks", {"conforms": False, "note": w}, None
    yield "POST", f"{own}/integrations", {"id": f"{t}-edi", "kind": "edi"}, None
    yield "POST", f"{own}/integrations/{t}-edi/decline", {"reason": w}, '"1"'
    yield "POST", f"{own}/process-steps", {"id": f"{t}-step", "step": "billing", "due_at": SOON}, None
    yield "POST", f"{own}/process-steps/{t}-step/dispute", {"reason": w}, '"1"'
    yield "POST", "/v1/prospects", {"customer_id": who, "source": "fair"}, None


def _complained(who: str, t: str, w: str) -> Iterator[Request]:
    path = f"/v1/complaints/{t}-case"
    told = {"id": f"{t}-case", "customer_id": who, "store_id": "330", "category": "service", "severity": "normal"}
    yield "POST", "/v1/complaints", told | {"occurred_at": ago(days=4), "text": w, "purchase_id": f"{t}-bill"}, None
    yield "POST", f"{path}/escalate", {"note": w}, '"1"'
    yield "POST", f"{path}/resolve", {"resolution": w, "root_cause": "staffing"}, '"2"'
    yield "POST", f"{path}/reopen", {"reason": w}, '"3"'


def _bought(who: str, t: str) -> Iterator[Request]:
    yield "POST", "/v1/cards", {"id": f"{t}-card", "customer_id": who}, None
    for days in (40, 20, 6):
        sale = bill(who, days, id=f"{t}-{days}", card_id=f"{t}-card", channel="store")
        yield "POST", "/v1/purchases", sale, None
    campaign = {"id": f"{t}-spring", "name": "Spring", "kind": "personal", "starts_on": ago(days=30)[:10]}
    yield "POST", "/v1/campaigns", campaign | {"ends_on": ago(days=1)[:10]}, None
    path = f"/v1/campaigns/{t}-spring"
    yield "POST", f"{path}/deliveries", {"deliveries": [{"customer_id": who, "delivered_at": ago(days=15)}]}, None
    response = {"customer_id": who, "responded_at": ago(days=10), "kind": "redeemed"}
    yield "POST", f"{path}/responses", {"responses": [response]}, None
