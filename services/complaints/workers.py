"""The complaints service's worker: wiring only."""

from services.complaints.erasures.forgetting import forgetting
from shared.erased import Erased
from shared.events.customers import CustomerErased
from shared.events.topics import CUSTOMERS
from shared.settings import ConsumerSettings, load
from shared.worker import Work, serve


def working(settings: ConsumerSettings) -> Work:
    """What the worker does."""
    erased = Erased(settings.erasure_key)
    return Work("complaints", [CUSTOMERS], {CustomerErased: forgetting(erased)})


async def work(_service: str) -> None:
    """Do what other services' events demand, until told to end."""
    settings = load(ConsumerSettings)
    await serve(working(settings), settings)
