"""How long after its reason a follow-up that opens by itself is due."""

from collections.abc import Mapping
from datetime import timedelta

from services.complaints.tasks.domain import Origin

SPANS: Mapping[Origin, timedelta] = {
    "complaint": timedelta(hours=72),
    "survey": timedelta(hours=48),
    "gesture": timedelta(hours=168),
    "defection_risk": timedelta(hours=72),
}
"""By what it comes of."""
