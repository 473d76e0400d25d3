"""The customers service's REST application: wiring only."""

from fastapi import FastAPI

from services.customers.baggage import api as baggage
from services.customers.commitments import api as commitments
from services.customers.consents import api as consents
from services.customers.contacts import api as contacts
from services.customers.conversations import api as conversations
from services.customers.doubts import api as doubts
from services.customers.duplicates import api as duplicates
from services.customers.erasures import api as erasures
from services.customers.exits import api as exits
from services.customers.export import api as export
from services.customers.export.peers import Peers
from services.customers.gestures import api as gestures
from services.customers.integrations import api as integrations
from services.customers.merges import api as merges
from services.customers.objectives import api as objectives
from services.customers.parties import api as parties
from services.customers.preferences import api as preferences
from services.customers.process_steps import api as process_steps
from services.customers.profiles import api as profiles
from services.customers.prospects import api as prospects
from services.customers.relationships import api as relationships
from services.customers.requirements import api as requirements
from services.customers.settings import CustomersSettings
from services.customers.solutions import api as solutions
from services.customers.touchpoints import api as touchpoints
from services.customers.visits import api as visits
from shared.settings import load
from shared.web import status
from shared.web.app import Remembered, create_app
from shared.web.server import serve_web

SERVICE = "customers"


def build(settings: CustomersSettings) -> FastAPI:
    """The REST application."""
    routers = [
        duplicates.router,
        export.router,
        erasures.router,
        merges.router,
        profiles.router,
        consents.router,
        contacts.router,
        exits.router,
        parties.router,
        relationships.router,
        prospects.router,
        doubts.router,
        visits.router,
        touchpoints.router,
        conversations.router,
        baggage.router,
        gestures.router,
        preferences.router,
        solutions.router,
        objectives.router,
        commitments.router,
        requirements.router,
        integrations.router,
        process_steps.router,
        status.router,
    ]
    app = create_app(SERVICE, settings, routers, dependencies=[Remembered])
    app.state.peers = Peers(
        {"complaints": settings.complaints_url, "loyalty": settings.loyalty_url, "scoring": settings.scoring_url}
    )
    return app


async def serve(_service: str) -> None:
    """Serve the REST application until told to end."""
    settings = load(CustomersSettings)
    await serve_web(build(settings), settings)
