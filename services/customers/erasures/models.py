"""Answers about erasures."""

from datetime import datetime

from shared.events.erasures import Service
from shared.web.fields import View


class ServiceView(View):
    """Since when this service holds nothing of the person; null while it has not said so."""

    service: Service
    completed_at: datetime | None


class ErasureView(View):
    """The receipt of an erasure; it tells nothing of the person. `completed_at`: null until every service answered."""

    id: str
    requested_at: datetime
    requested_by: str
    services: list[ServiceView]
    completed_at: datetime | None
