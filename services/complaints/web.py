"""The complaints service's REST application: wiring only."""

from fastapi import FastAPI

from services.complaints.authority import api as authority
from services.complaints.base import Base
from services.complaints.calendars import api as calendars
from services.complaints.cases import api as cases
from services.complaints.causes import api as causes
from services.complaints.ideas import api as ideas
from services.complaints.incidents import api as incidents
from services.complaints.logbook import api as logbook
from services.complaints.pulses import api as pulses
from services.complaints.rates import api as rates
from services.complaints.settings import ComplaintsSettings
from services.complaints.staff import api as staff
from services.complaints.standards import api as standards
from services.complaints.surveys import api as surveys
from services.complaints.tasks import api as tasks
from shared.settings import load
from shared.web import status
from shared.web.app import Remembered, create_app
from shared.web.export import part_router
from shared.web.server import serve_web

SERVICE = "complaints"


def build(settings: ComplaintsSettings) -> FastAPI:
    """The REST application."""
    routers = [
        cases.router,
        calendars.router,
        standards.router,
        staff.router,
        authority.router,
        surveys.router,
        pulses.router,
        tasks.router,
        incidents.router,
        logbook.router,
        rates.router,
        causes.router,
        ideas.router,
        part_router(Base.metadata),
        status.router,
    ]
    return create_app(SERVICE, settings, routers, dependencies=[Remembered])


async def serve(_service: str) -> None:
    """Serve the REST application until told to end."""
    settings = load(ComplaintsSettings)
    await serve_web(build(settings), settings)
