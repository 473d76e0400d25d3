"""The scoring service's REST application: wiring only."""

from fastapi import FastAPI

from services.scoring.close import api as close
from services.scoring.evaluation.as_of import Cards
from services.scoring.evaluation.references import References
from services.scoring.generations.schema import FIRST, search_path
from services.scoring.metrics.rules import DEFAULT_RULES
from services.scoring.scorecards import api as scorecards
from services.scoring.status import api as status
from shared.settings import WebSettings, load
from shared.web.app import create_app
from shared.web.server import serve_web

SERVICE = "scoring"


def build(settings: WebSettings) -> FastAPI:
    """The REST application."""
    app = create_app(
        SERVICE, settings, [scorecards.router, close.router, status.router], search_path=search_path(FIRST)
    )
    app.state.cards = Cards(DEFAULT_RULES, References())
    return app


async def serve(_service: str) -> None:
    """Serve the REST application until told to end."""
    settings = load(WebSettings)
    await serve_web(build(settings), settings)
