"""The complaints service: wiring only."""

from fastapi import FastAPI

from services.complaints.cases import api as cases
from services.complaints.settings import ComplaintsSettings
from shared.service import main
from shared.settings import load
from shared.web import status
from shared.web.app import create_app
from shared.web.server import serve_web

SERVICE = "complaints"


def build(settings: ComplaintsSettings) -> FastAPI:
    """The REST application."""
    return create_app(SERVICE, settings, [cases.router, status.router])


async def web() -> None:
    """Serve the REST application."""
    settings = load(ComplaintsSettings)
    await serve_web(build(settings), settings)


if __name__ == "__main__":
    main(SERVICE, {"web": web})
