"""The complaints service's REST application: wiring only."""

from fastapi import FastAPI

from services.complaints.base import Base
from services.complaints.cases import api as cases
from services.complaints.settings import ComplaintsSettings
from shared.settings import load
from shared.web import status
from shared.web.app import Remembered, create_app
from shared.web.export import part_router
from shared.web.server import serve_web

SERVICE = "complaints"


def build(settings: ComplaintsSettings) -> FastAPI:
    """The REST application."""
    routers = [cases.router, part_router(Base.metadata), status.router]
    return create_app(SERVICE, settings, routers, dependencies=[Remembered])


async def serve(_service: str) -> None:
    """Serve the REST application until told to end."""
    settings = load(ComplaintsSettings)
    await serve_web(build(settings), settings)
