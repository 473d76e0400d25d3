"""The scoring service's workers: wiring only."""

import asyncio

from services.scoring.close.job import CloseWorker
from services.scoring.evaluation.evaluator import Evaluator
from services.scoring.facts.intake import judge, take_in
from services.scoring.generations.schema import FIRST, search_path
from services.scoring.metrics.rules import DEFAULT_RULES
from shared.consumer import Consumer
from shared.database import open_engine
from shared.dead_letters import DeadLetters
from shared.events import FACT_TOPICS, dead_letters
from shared.settings import OperationsSettings, WorkerSettings, load
from shared.web.server import serve_worker


async def consume(service: str) -> None:
    """Turn the topics' events into facts."""
    settings = load(WorkerSettings)
    engine = open_engine(settings.database_url, search_path=search_path(FIRST), application="scoring-consumer")
    letters = DeadLetters(settings.kafka_bootstrap, dead_letters(service).name)
    worker = Consumer(
        engine,
        settings.kafka_bootstrap,
        group=service,
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


async def evaluate(_service: str) -> None:
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
