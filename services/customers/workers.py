"""The customers service's worker: wiring only."""

from services.customers.baggage.blanking import blank_gone
from services.customers.baggage.closing import close_forgotten
from services.customers.commitments.commands import miss_due
from services.customers.erasures.commands import take_in
from services.customers.prospects.commands import bought
from services.customers.requirements import commands as requirements
from services.customers.stores.commands import keep
from services.customers.visits.commands import close_left_open
from shared.events import Payload
from shared.events.erasures import ErasureCompleted
from shared.events.purchases import PurchaseCompleted
from shared.events.reference import StoreClosed, StoreOpened
from shared.events.topics import ERASURES, PURCHASES, REFERENCE
from shared.handling import Handle
from shared.settings import ConsumerSettings, load
from shared.worker import Work, serve


def working(_settings: ConsumerSettings) -> Work:
    """What the worker does."""
    handlers: dict[type[Payload], Handle] = {
        StoreOpened: keep,
        StoreClosed: keep,
        PurchaseCompleted: bought,
        ErasureCompleted: take_in,
    }
    duties = [close_left_open, close_forgotten, blank_gone, miss_due, requirements.miss_due]
    return Work("customers", [PURCHASES, REFERENCE, ERASURES], handlers, duties)


async def work(_service: str) -> None:
    """Do what other services' events and the clock demand, until told to end."""
    settings = load(ConsumerSettings)
    await serve(working(settings), settings)
