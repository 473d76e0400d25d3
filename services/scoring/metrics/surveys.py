"""What the surveys of the window say of how content the customer is."""

from collections.abc import Sequence
from typing import Any

from services.scoring.metrics.distribution import rounded
from services.scoring.metrics.history import History
from services.scoring.metrics.metric import mean


def satisfaction(history: History) -> dict[str, float | None]:
    """`{csat, nps, effort, gap}` over the answers of the window, null where nobody answered that.

    `csat`: the share of 4 and 5 of 1–5; `nps`: promoters (9, 10) less detractors (0–6) of 0–10, −100 to 100
    (Reichheld 2003); `effort`: the mean of 1–7; `gap`: the mean of delivery − expectation, −6 to 6, over factors
    where both were asked together (Parasuraman et al. 1988).
    """
    said = [fact.data for fact in history.recent(history.surveys)]
    return {
        "csat": _known(mean(float(score >= 4) for score in _answers(said, "csat"))),
        "nps": _known(mean(100.0 * ((score >= 9) - (score <= 6)) for score in _answers(said, "nps"))),
        "effort": _known(mean(_answers(said, "effort"))),
        "gap": _known(mean(each["delivery"] - each["expectation"] for one in said for each in one["factors"])),
    }


def _answers(said: Sequence[dict[str, Any]], question: str) -> list[int]:
    return [one[question] for one in said if question in one]


def _known(value: float | None) -> float | None:
    return None if value is None else rounded(value)
