"""The complaints service's worker: wiring only."""

from collections.abc import Sequence

from services.complaints.erasures.forgetting import forgetting
from services.complaints.served.commands import (
    keep_services,
    keep_store,
    keeping_corrections,
    keeping_purchases,
    keeping_visits,
)
from services.complaints.standards.firing import fire
from services.complaints.tasks.opening import after_gestures, after_risks
from shared.aliases import keeping_aliases
from shared.duties import Duty
from shared.erased import Erased
from shared.events import Payload
from shared.events.customers import CustomerErased, CustomerMerged, CustomerUnmerged
from shared.events.purchases import PurchaseCompleted, PurchaseCorrected, PurchaseLineDelivered
from shared.events.reference import StoreClosed, StoreOpened
from shared.events.scores import DefectionRiskRaised
from shared.events.topics import CUSTOMERS, PURCHASES, REFERENCE, SCORES, VISITS
from shared.events.visits import BaggageDeposited, GestureMade, TouchpointRecorded, VisitStarted
from shared.handling import Handle
from shared.settings import ConsumerSettings, load
from shared.worker import Work, serve


def working(settings: ConsumerSettings) -> Work:
    """What the worker does."""
    erased = Erased(settings.erasure_key)
    handlers: dict[type[Payload], Handle] = {
        CustomerErased: forgetting(erased),
        CustomerMerged: keeping_aliases(erased),
        CustomerUnmerged: keeping_aliases(erased),
        StoreOpened: keep_store,
        StoreClosed: keep_store,
        PurchaseCompleted: keeping_purchases(erased),
        PurchaseCorrected: keeping_corrections(erased),
        VisitStarted: keeping_visits(erased),
        PurchaseLineDelivered: keep_services,
        TouchpointRecorded: keep_services,
        BaggageDeposited: keep_services,
        GestureMade: after_gestures(erased),
        DefectionRiskRaised: after_risks(erased),
    }
    duties: Sequence[Duty] = [fire]
    return Work("complaints", [CUSTOMERS, REFERENCE, PURCHASES, VISITS, SCORES], handlers, duties)


async def work(_service: str) -> None:
    """Do what other services' events and the clock demand, until told to end."""
    settings = load(ConsumerSettings)
    await serve(working(settings), settings)
