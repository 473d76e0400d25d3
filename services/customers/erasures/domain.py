"""When an erasure is complete."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from shared.events.erasures import Service

SERVICES: tuple[Service, ...] = get_args(Service)


@dataclass(frozen=True, slots=True)
class Answer:
    """A service holds nothing any more under one id of the person: the erasure's part."""

    part: str
    service: str
    completed_at: datetime


def completed(parts: Collection[str], answers: Iterable[Answer]) -> dict[Service, datetime | None]:
    """By service, when it had answered for every id of the person; None while it has not."""
    told: dict[str, dict[str, datetime]] = {service: {} for service in SERVICES}
    for answer in answers:
        told[answer.service][answer.part] = answer.completed_at
    return {service: max(told[service].values()) if set(told[service]) == set(parts) else None for service in SERVICES}
