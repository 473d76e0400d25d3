"""Every step of the customers, complaints and loyalty services that demands `If-Match`, with a body that would do."""

from typing import Any

from tests.complaints.cases import BODIES

_OF = "/v1/customers/asha"
_BAG = "/v1/baggage/c1"
_LOSS = {"name": "Asha Rao", "address": "12 Pier Road", "description": "blue rucksack"}
_DONE = {"by": "emp-7", "how": "by phone"}

STEPS: list[tuple[str, str, Any]] = [
    ("PATCH", _OF, {"name": "Eve"}),
    ("POST", f"{_OF}/merge", {"into": "ben"}),
    ("DELETE", f"{_OF}/merge", None),
    ("POST", "/v1/visits/v1/end", {}),
    ("POST", "/v1/touchpoints/c1/conclude", {"outcome": "settled"}),
    ("POST", "/v1/prospects/asha/qualify", {"verdict": "qualified"}),
    ("POST", "/v1/prospects/asha/stage", {"stage": "interaction"}),
    ("POST", "/v1/prospects/asha/close", {"outcome": "lost"}),
    ("POST", f"{_OF}/doubts/d1/resolve", {"outcome": "settled"}),
    ("PATCH", f"{_OF}/objectives/c1", {"target": "5"}),
    ("POST", f"{_OF}/objectives/c1/progress", {"progress": "1"}),
    ("POST", f"{_OF}/objectives/c1/review", {}),
    ("POST", f"{_OF}/objectives/c1/close", {"reached": True}),
    ("POST", f"{_OF}/commitments/c1/meet", {}),
    ("POST", f"{_OF}/requirements/q1/withdraw", {}),
    ("POST", f"{_OF}/preferences/c1/use", {}),
    ("POST", f"{_OF}/preferences/c1/withdraw", {}),
    ("POST", f"{_OF}/solutions/c1/deliver", {}),
    ("POST", f"{_OF}/integrations/i1/start", {}),
    ("POST", f"{_OF}/integrations/i1/decline", {"reason": "too early"}),
    ("POST", f"{_OF}/integrations/i1/end", {"reason": "moved"}),
    ("POST", f"{_OF}/process-steps/c1/complete", {}),
    ("POST", f"{_OF}/process-steps/c1/dispute", {"reason": "wrong amount"}),
    ("POST", f"{_OF}/process-steps/c1/settle", {}),
    ("PATCH", "/v1/partners/emp-7", {"name": "Noor"}),
    ("POST", "/v1/partners/emp-7/leave", {}),
    ("PATCH", "/v1/relationships/c1", {"health": 0.5}),
    ("POST", "/v1/relationships/c1/end", {}),
    ("POST", f"{_BAG}/return", {}),
    ("POST", f"{_BAG}/report-lost", _LOSS),
    ("POST", f"{_BAG}/authenticate", {"authenticated_by": "emp-7", "verdict": True}),
    ("POST", f"{_BAG}/inspect", {"address_found": False}),
    ("POST", f"{_BAG}/contact-owner", _DONE),
    ("POST", f"{_BAG}/discard-perishables", {}),
    ("POST", f"{_BAG}/tag", {"tag": "t1"}),
    ("POST", f"{_BAG}/retain", {}),
    ("POST", f"{_BAG}/dispose", _DONE),
]

_CASE = "/v1/complaints/c1"

STEPS_OF_CASES: list[tuple[str, str, Any]] = [
    *(("POST", f"{_CASE}/{verb}", body) for verb, body in BODIES.items()),
    ("POST", f"{_CASE}/remedy-requests", {"kind": "apology"}),
    ("POST", f"{_CASE}/remedy-requests/2/approve", {}),
    ("POST", f"{_CASE}/remedy-requests/2/refuse", {"reason": "given already"}),
    ("POST", f"{_CASE}/corrective-actions/c1/complete", {}),
    ("POST", "/v1/tasks/c1/complete", {"outcome": "settled"}),
    ("POST", "/v1/tasks/c1/reassign", {"owner": "emp-7"}),
    ("POST", "/v1/incidents/c1/steps", {"step": "assist", "by": "emp-7"}),
    ("POST", "/v1/ideas/c1/decide", {"decision": "accepted", "reason": "it rains", "by": "emp-7"}),
    ("POST", "/v1/ideas/c1/answer", {"words": "Thank you"}),
]

STEPS_OF_LOYALTY: list[tuple[str, str, Any]] = [
    ("POST", "/v1/purchases/b1/corrections", {"reason": "miskeyed", "customer_id": "ben"}),
    ("POST", "/v1/volume-agreements/c1/end", {}),
    ("POST", "/v1/campaigns/18/withdraw", {}),
    ("POST", "/v1/suggestions/c1/answer", {"accepted": True}),
]
