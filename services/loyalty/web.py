"""The loyalty service's REST application: wiring only."""

from fastapi import FastAPI

from services.loyalty.agreements import api as agreements
from services.loyalty.base import Base
from services.loyalty.campaigns import api as campaigns
from services.loyalty.cards import api as cards
from services.loyalty.catalogue import api as catalogue
from services.loyalty.competitors import api as competitors
from services.loyalty.contacts import api as contacts
from services.loyalty.points import api as points
from services.loyalty.programme import api as programme
from services.loyalty.purchases import api as purchases
from services.loyalty.purchases import corrections_api as corrections
from services.loyalty.purchases import deliveries_api as deliveries
from services.loyalty.purchases import returns_api as returns
from services.loyalty.purchases import unavailable_api as unavailable
from services.loyalty.referrals import api as referrals
from services.loyalty.shared_back import api as shared_back
from services.loyalty.suggestions import api as suggestions
from services.loyalty.tiers import api as tiers
from shared.settings import WebSettings, load
from shared.web import status
from shared.web.app import Remembered, create_app
from shared.web.export import part_router
from shared.web.server import serve_web

SERVICE = "loyalty"


def build(settings: WebSettings) -> FastAPI:
    """The REST application."""
    routers = [
        purchases.router,
        returns.router,
        corrections.router,
        deliveries.router,
        unavailable.router,
        catalogue.router,
        cards.router,
        programme.router,
        points.router,
        tiers.router,
        agreements.router,
        campaigns.router,
        contacts.router,
        suggestions.router,
        referrals.router,
        competitors.router,
        shared_back.router,
        part_router(Base.metadata),
        status.router,
    ]
    return create_app(SERVICE, settings, routers, dependencies=[Remembered])


async def serve(_service: str) -> None:
    """Serve the REST application until told to end."""
    settings = load(WebSettings)
    await serve_web(build(settings), settings)
