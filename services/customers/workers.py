"""The customers service's worker: wiring only."""

from services.customers.stores.commands import keep
from shared.events import Payload
from shared.events.reference import StoreClosed, StoreOpened
from shared.events.topics import ERASURES, PURCHASES, REFERENCE
from shared.handling import Handle
from shared.settings import ConsumerSettings, load
from shared.worker import Work, serve


def working(_settings: ConsumerSettings) -> Work:
    """What the worker does."""
    handlers: dict[type[Payload], Handle] = {StoreOpened: keep, StoreClosed: keep}
    return Work("customers", [PURCHASES, REFERENCE, ERASURES], handlers)


async def work(_service: str) -> None:
    """Do what other services' events and the clock demand, until told to end."""
    settings = load(ConsumerSettings)
    await serve(working(settings), settings)
