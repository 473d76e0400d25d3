"""What a survey's answers mean, and the life of an invitation: answered once, before it expires."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Occasion = Literal["purchase", "visit", "complaint"]
LOW_CSAT = 2
"""Of 1–5: who says so was let down."""
DETRACTOR = 6
"""Of 0–10: who says so at most warns others of us (Reichheld 2003)."""


class RefusedError(Exception):
    """A rule refuses the answer; the text says which."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """How an invitation stands. Instants in UTC; `survey_id`: its answer, None until there is one."""

    invited_at: datetime
    expires_at: datetime
    survey_id: str | None = None

    def check(self, at: datetime) -> None:
        """Raises `RefusedError` unless it may be answered `at` that moment."""
        if self.survey_id is not None:
            raise RefusedError("the invitation was answered already: it is answered once")
        if at < self.invited_at:
            raise RefusedError(f"they were invited at {self.invited_at.isoformat()}: it can't be answered before that")
        if at >= self.expires_at:
            raise RefusedError(f"the invitation expired at {self.expires_at.isoformat()}")


def is_low(csat: int | None, nps: int | None, reason_for_leaving: str | None) -> bool:
    """Whether somebody should call the customer back."""
    let_down = csat is not None and csat <= LOW_CSAT
    warns_others = nps is not None and nps <= DETRACTOR
    return let_down or warns_others or reason_for_leaving is not None
