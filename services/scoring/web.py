"""The scoring service's REST application: wiring only."""

from fastapi import FastAPI

from services.scoring.audit import api as audit
from services.scoring.close import api as close
from services.scoring.evaluation.as_of import Cards
from services.scoring.evaluation.references import References
from services.scoring.explain import api as explain
from services.scoring.export import api as export
from services.scoring.facts.erasures import Erasures
from services.scoring.generations.schema import READERS_PATH
from services.scoring.metrics.rules import DEFAULT_RULES
from services.scoring.rates import api as rates
from services.scoring.readiness import api as readiness
from services.scoring.rebuilds import api as rebuilds
from services.scoring.satisfaction import api as satisfaction
from services.scoring.scorecards import api as scorecards
from services.scoring.scorecards import listing
from services.scoring.segment_results import api as segment_results
from services.scoring.segments import api as segments
from services.scoring.status import api as status
from services.scoring.stores import api as stores
from services.scoring.value import api as value
from shared.settings import WebSettings, load
from shared.web.app import create_app
from shared.web.server import serve_web

SERVICE = "scoring"


def build(settings: WebSettings) -> FastAPI:
    """The REST application."""
    routers = [
        scorecards.router,
        explain.router,
        export.router,
        segments.router,
        segment_results.router,
        listing.router,
        close.router,
        rebuilds.router,
        status.router,
        value.router,
        rates.router,
        audit.router,
        readiness.router,
        satisfaction.router,
        stores.router,
    ]
    app = create_app(SERVICE, settings, routers, search_path=READERS_PATH)
    app.state.cards = Cards(DEFAULT_RULES, References())
    app.state.erasures = Erasures(settings.erasure_key)
    return app


async def serve(_service: str) -> None:
    """Serve the REST application until told to end."""
    settings = load(WebSettings)
    await serve_web(build(settings), settings)
