"""From an event's payload to a fact's data: every registered type has its line here; a test demands it."""

from collections.abc import Callable
from typing import Any

from services.scoring.facts.bills import Data, corrected, purchase, returned
from shared.events import (
    Payload,
    complaints,
    customers,
    erasures,
    loyalty,
    purchases,
    reference,
    scores,
    visits,
)


def as_told(payload: Payload) -> Data:
    """The payload as it stands, what is unset left out."""
    return payload.model_dump(mode="json", exclude_none=True)


def merged(payload: customers.CustomerMerged) -> Data:
    """`{at}`: into whom stands among the aliases alone, where an erasure finds it."""
    return payload.model_dump(mode="json", include={"at"})


_AS_TOLD: tuple[type[Payload], ...] = (
    purchases.PurchaseLineDelivered,
    purchases.PurchaseNotAvailable,
    visits.VisitStarted,
    visits.VisitEnded,
    visits.TouchpointRecorded,
    visits.DoubtRaised,
    visits.DoubtResolved,
    visits.BaggageDeposited,
    visits.BaggageReturned,
    visits.BaggageRetained,
    visits.BaggageDisposed,
    visits.GestureMade,
    visits.PreferenceStated,
    visits.PreferenceUsed,
    visits.SolutionPromised,
    visits.SolutionDelivered,
    complaints.ComplaintOpened,
    complaints.ComplaintAcknowledged,
    complaints.ComplaintAssigned,
    complaints.ComplaintEscalated,
    complaints.ComplaintRemedyGranted,
    complaints.ComplaintResolved,
    complaints.ComplaintClosed,
    complaints.ComplaintReopened,
    complaints.ComplaintWithdrawn,
    complaints.ComplaintPaused,
    complaints.ComplaintResumed,
    complaints.ComplaintBreached,
    complaints.ComplaintRemedyRefused,
    complaints.SurveyAnswered,
    complaints.IncidentRecorded,
    complaints.TaskOpened,
    complaints.TaskCompleted,
    customers.CustomerRegistered,
    customers.CustomerChanged,
    customers.ConsentGranted,
    customers.ConsentWithdrawn,
    customers.ExitStated,
    customers.ContactViolation,
    customers.CustomerUnmerged,
    customers.RelationshipStarted,
    customers.RelationshipChanged,
    customers.RelationshipEnded,
    customers.AcquisitionStageChanged,
    customers.ObjectiveSet,
    customers.ObjectiveProgressed,
    customers.ObjectiveReviewed,
    customers.ObjectiveClosed,
    customers.CommitmentMade,
    customers.CommitmentMet,
    customers.CommitmentMissed,
    customers.RequirementChecked,
    customers.IntegrationOffered,
    customers.IntegrationStarted,
    customers.IntegrationUsed,
    customers.IntegrationEnded,
    customers.ProcessStepDue,
    customers.ProcessStepCompleted,
    customers.ProcessStepDisputed,
    loyalty.PointsEarned,
    loyalty.PointsSpent,
    loyalty.PointsExpired,
    loyalty.PointsReversed,
    loyalty.TierChanged,
    loyalty.VolumeAgreementUsed,
    loyalty.PriceMatchRefused,
    loyalty.CampaignDelivered,
    loyalty.CampaignAnswered,
    loyalty.SuggestionMade,
    loyalty.SuggestionAnswered,
    loyalty.ReferralMade,
    loyalty.CompetitorObserved,
    reference.CategoryOffered,
    reference.StoreOpened,
    reference.StoreClosed,
    reference.ChannelRetired,
    reference.SectorDeclined,
)

PROJECTIONS: dict[type[Payload], Callable[[Any], Data]] = {
    purchases.PurchaseCompleted: purchase,
    purchases.PurchaseCorrected: corrected,
    purchases.PurchaseReturned: returned,
    customers.CustomerMerged: merged,
    **dict.fromkeys(_AS_TOLD, as_told),
}
"""How each type becomes a fact."""

NO_FACT: frozenset[type[Payload]] = frozenset(
    {
        customers.CustomerErased,  # it takes facts away
        erasures.ErasureCompleted,
        complaints.ComplaintWarned,  # nothing is missed yet
        scores.ScorecardUpdated,
        scores.BondLevelChanged,
        scores.PhaseChanged,
        scores.DefectionRiskRaised,
        scores.DefectionRiskCleared,
        scores.SegmentEntered,
        scores.SegmentLeft,
        scores.AuditSignalRaised,
    }
)
"""The types that leave no fact behind."""
