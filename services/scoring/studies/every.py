"""Every study that a close makes."""

from collections.abc import Callable

from services.scoring.studies.audit import Audit
from services.scoring.studies.offers import Offers
from services.scoring.studies.propensity import Propensity
from services.scoring.studies.rates import Rates
from services.scoring.studies.readiness import Readiness
from services.scoring.studies.results import Results
from services.scoring.studies.satisfaction import Satisfaction
from services.scoring.studies.segment_profile import SegmentProfile
from services.scoring.studies.store_rating import StoreRating
from services.scoring.studies.study import Setting, Study

STUDIES: tuple[Callable[[Setting], Study], ...] = (
    Rates,
    Audit,
    StoreRating,
    Satisfaction,
    Readiness,
    Offers,
    Results,
    Propensity,
    SegmentProfile,
)
"""In the order in which they are made."""


def studies(setting: Setting) -> list[Study]:
    """A fresh one of each."""
    return [make(setting) for make in STUDIES]
