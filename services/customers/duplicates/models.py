"""Requests and answers about duplicates."""

from datetime import datetime

from services.customers.duplicates.domain import Evidence
from shared.web.fields import Flag, OccurredAt, Request, View


class EvidenceView(View):
    """A sign for, or against, their being one customer."""

    kind: str
    similarity: float


class CandidateView(View):
    """A customer who may be the same one. `score`: 0 to 1, by the signs in `because`."""

    customer_id: str
    score: float
    because: list[EvidenceView]


class PairView(CandidateView):
    """Two customers who may be the same one."""

    other_id: str


class VerdictTold(Request):
    """What somebody who looked at two customers says: `same: false`, they are two, and are not shown again."""

    same: Flag
    occurred_at: OccurredAt | None = None


class VerdictView(View):
    """What was said of two customers, the lesser id first."""

    customer_id: str
    other_id: str
    same: bool
    by: str
    decided_at: datetime
    version: int


def shown(because: list[Evidence]) -> list[EvidenceView]:
    """Evidence as answers show it."""
    return [EvidenceView(kind=sign.kind, similarity=sign.similarity) for sign in because]
