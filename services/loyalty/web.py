"""The loyalty service's REST application: wiring only."""

from fastapi import FastAPI

from services.loyalty.base import Base
from services.loyalty.campaigns import api as campaigns
from services.loyalty.cards import api as cards
from services.loyalty.catalogue import api as catalogue
from services.loyalty.purchases import api as purchases
from services.loyalty.purchases import returns_api as returns
from shared.settings import WebSettings, load
from shared.web import status
from shared.web.app import Remembered, create_app
from shared.web.export import part_router
from shared.web.server import serve_web

SERVICE = "loyalty"


def build(settings: WebSettings) -> FastAPI:
    """The REST application."""
    own = [purchases.router, returns.router, catalogue.router, cards.router, campaigns.router]
    routers = [*own, part_router(Base.metadata), status.router]
    return create_app(SERVICE, settings, routers, dependencies=[Remembered])


async def serve(_service: str) -> None:
    """Serve the REST application until told to end."""
    settings = load(WebSettings)
    await serve_web(build(settings), settings)
