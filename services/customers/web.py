"""The customers service's REST application: wiring only."""

from fastapi import FastAPI

from services.customers.consents import api as consents
from services.customers.exits import api as exits
from services.customers.profiles import api as profiles
from services.customers.visits import api as visits
from shared.settings import WebSettings, load
from shared.web import status
from shared.web.app import create_app
from shared.web.server import serve_web

SERVICE = "customers"


def build(settings: WebSettings) -> FastAPI:
    """The REST application."""
    routers = [profiles.router, consents.router, exits.router, visits.router, status.router]
    return create_app(SERVICE, settings, routers)


async def serve(_service: str) -> None:
    """Serve the REST application until told to end."""
    settings = load(WebSettings)
    await serve_web(build(settings), settings)
