"""What stores did for customers, as the complaints service hears of it."""

from datetime import datetime

from services.complaints.workers import working
from shared.events import Event
from shared.events.reference import StoreOpened
from shared.events.visits import VisitStarted
from tests.support.client import Client
from tests.support.handled import handled
from tests.support.pipeline import WORKER_SETTINGS
from tests.support.told import NOON, purchase, told


async def heard(client: Client, *events: Event) -> None:
    """The worker takes these in."""
    await handled(client, working(WORKER_SETTINGS), *events)


def sale(subject: str, at: datetime = NOON, customer: str | None = None, store: str = "330") -> Event:
    """A sale in a store, to nobody known unless said."""
    return purchase(customer or f"store:{store}", subject, at, store=store)


def visit(subject: str, at: datetime = NOON, customer: str | None = None, store: str = "330") -> Event:
    """Somebody came."""
    started = VisitStarted(channel="store")
    return told(started, customer or f"store:{store}", subject, at, store=store)


def opened(store: str, time_zone: str, at: datetime = NOON) -> Event:
    """A store opened in this time zone."""
    return told(StoreOpened(time_zone=time_zone), f"store:{store}", store, at)
