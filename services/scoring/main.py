"""The scoring service: wiring only."""

import asyncio

from fastapi import FastAPI

from services.scoring.close import api as close
from services.scoring.close.job import CloseWorker
from services.scoring.evaluation.as_of import Cards
from services.scoring.evaluation.evaluator import Evaluator
from services.scoring.evaluation.references import References
from services.scoring.facts.intake import judge, take_in
from services.scoring.generations.schema import FIRST, search_path
from services.scoring.metrics.rules import DEFAULT_RULES
from services.scoring.scorecards import api as scorecards
from services.scoring.status import api as status
from shared.consumer import Consumer
from shared.database import open_engine
from shared.dead_letters import DeadLetters
from shared.events import FACT_TOPICS, dead_letters
from shared.service import main
from shared.settings import OperationsSettings, WebSettings, WorkerSettings, load
from shared.web.app import create_app
from shared.web.server import serve_web, serve_worker

SERVICE = "scoring"


def build(settings: WebSettings) -> FastAPI:
    """The REST application."""
    app = create_app(
        SERVICE, settings, [scorecards.router, close.router, status.router], search_path=search_path(FIRST)
    )
    app.state.cards = Cards(DEFAULT_RULES, References())
    return app


async def web() -> None:
    """Serve the REST application."""
    settings = load(WebSettings)
    await serve_web(build(settings), settings)


async def consumer() -> None:
    """Turn the topics' events into facts."""
    settings = load(WorkerSettings)
    engine = open_engine(settings.database_url, search_path=search_path(FIRST), application="scoring-consumer")
    letters = DeadLetters(settings.kafka_bootstrap, dead_letters(SERVICE).name)
    worker = Consumer(
        engine,
        settings.kafka_bootstrap,
        group="scoring",
        topics=[topic.name for topic in FACT_TOPICS],
        handle=take_in,
        judge=judge,
        dead_letters=letters,
    )
    try:
        await serve_worker(worker.run, settings, {"consumer": worker.check})
    finally:
        await letters.close()
        await engine.dispose()


async def evaluator() -> None:
    """Keep the cards current, and do the closes that are asked for."""
    settings = load(OperationsSettings)
    engine = open_engine(settings.database_url, search_path=search_path(FIRST), application="scoring-evaluator")
    evaluating, closing = Evaluator(engine, DEFAULT_RULES), CloseWorker(engine, DEFAULT_RULES)

    async def work(stop: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(evaluating.run(stop))
            group.create_task(closing.run(stop))

    try:
        await serve_worker(work, settings, {"evaluator": evaluating.check})
    finally:
        await engine.dispose()


if __name__ == "__main__":
    main(SERVICE, {"web": web, "consumer": consumer, "evaluator": evaluator})
