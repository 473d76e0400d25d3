"""How long after its reason a follow-up that opens by itself is due."""

from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, Field

from services.complaints.tasks.domain import Origin

Hours = Annotated[int, Field(ge=1, le=8760)]


class Spans(BaseModel):
    """Whole hours from what happened to when the follow-up is due, by what it comes of."""

    complaint: Hours = 72
    survey: Hours = 48
    gesture: Hours = 168
    defection_risk: Hours = 72

    def of(self, origin: Origin) -> timedelta:
        """The span of one origin."""
        return timedelta(hours=getattr(self, origin))


USUAL = Spans()
"""Where nothing else is told."""
