"""The loyalty service's worker: wiring only."""

from collections.abc import Sequence

from services.loyalty.agreements import following as agreements
from services.loyalty.campaigns import following as campaigns
from services.loyalty.contacts import following as contacts
from services.loyalty.erasures.forgetting import forgetting
from services.loyalty.points import due as points_due
from services.loyalty.points import following as points
from services.loyalty.referrals import due as referrals_due
from services.loyalty.referrals import following as referrals
from services.loyalty.shared_back import following as shared_back
from services.loyalty.suggestions import due as suggestions_due
from services.loyalty.tiers import due as tiers_due
from services.loyalty.tiers import following as tiers
from shared.aliases import keeping_aliases
from shared.duties import Duty
from shared.erased import Erased
from shared.events import Payload
from shared.events.customers import ConsentGranted, ConsentWithdrawn, CustomerErased, CustomerMerged, CustomerUnmerged
from shared.events.purchases import PurchaseCompleted, PurchaseCorrected, PurchaseReturned
from shared.events.scores import SegmentEntered, SegmentLeft
from shared.events.topics import CUSTOMERS, PURCHASES, SCORES, VISITS
from shared.events.visits import GestureMade
from shared.handling import Handle, in_turn
from shared.settings import ConsumerSettings, load
from shared.worker import Work, serve


def working(settings: ConsumerSettings) -> Work:
    """What the worker does.

    It follows what the service itself told of purchases, third parties' among them: neither a till nor an import waits
    for the ledger.
    """
    erased = Erased(settings.erasure_key)
    consents, segments = contacts.keeping_consents(erased), contacts.keeping_segments(erased)
    tier, referral = tiers.qualifying(erased), referrals.disqualifying(erased)
    joined = tiers.rejoining(erased, keeping_aliases(erased))
    handlers: dict[type[Payload], Handle] = {
        CustomerErased: forgetting(erased),
        CustomerMerged: joined,
        CustomerUnmerged: joined,
        ConsentGranted: consents,
        ConsentWithdrawn: consents,
        SegmentEntered: segments,
        SegmentLeft: segments,
        GestureMade: shared_back.keeping_gifts(erased),
        PurchaseCompleted: in_turn(
            tier,
            points.earning(erased),  # at the tier that the customer was of just before
            agreements.noting_uses(erased),
            campaigns.redeeming(erased),
            referrals.qualifying(erased),
        ),
        PurchaseReturned: in_turn(points.reversing(erased), tier, referral),
        PurchaseCorrected: in_turn(points.correcting(erased), agreements.correcting_uses(erased), tier, referral),
    }
    duties: Sequence[Duty] = [
        points_due.mature,
        points_due.expire,
        tiers_due.review,
        referrals_due.reward,
        suggestions_due.train,
    ]
    return Work("loyalty", [CUSTOMERS, PURCHASES, VISITS, SCORES], handlers, duties)


async def work(_service: str) -> None:
    """Do what events and the clock demand, until told to end."""
    settings = load(ConsumerSettings)
    await serve(working(settings), settings)
