"""The scoring service's workers: wiring only."""

import asyncio

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker

from services.scoring.close import commands as closes
from services.scoring.close.commands import last_midnight
from services.scoring.close.job import CloseWorker
from services.scoring.evaluation.evaluator import Evaluator
from services.scoring.facts.erasures import Erasures
from services.scoring.facts.intake import Intake
from services.scoring.generations import pointer
from services.scoring.generations.following import Follower, Run
from services.scoring.generations.schema import READERS_PATH, search_path
from services.scoring.metrics.rules import DEFAULT_RULES
from services.scoring.rebuilds import commands
from services.scoring.rebuilds.minding import Minder
from services.scoring.rebuilds.worker import Rebuilder
from shared import clock
from shared.consumer import Consumer
from shared.database import open_engine, raw_connection
from shared.dead_letters import DeadLetters
from shared.events import FACT_TOPICS, dead_letters
from shared.events.values import Time
from shared.outbox import Transaction
from shared.received import not_ahead
from shared.relay import Relay
from shared.settings import ConsumerSettings, DatabaseSettings, WorkerSettings, load
from shared.web.health import Check
from shared.web.problems import Problem
from shared.web.server import serve_worker, until_told


async def consume(service: str) -> None:
    """Turn the topics' events into the live generation's facts."""
    settings = load(ConsumerSettings)
    letters = DeadLetters(settings.kafka_bootstrap, dead_letters(service).name)
    erasures = Erasures(settings.erasure_key)

    def make(engine: AsyncEngine, generation: int) -> tuple[Run, Check]:
        worker = Consumer(
            engine,
            settings.kafka_bootstrap,
            group=service,
            topics=[topic.name for topic in FACT_TOPICS],
            handle=Intake(generation, erasures),
            judge=not_ahead,
            dead_letters=letters,
        )
        return worker.run, worker.check

    following = Follower(settings.database_url, "scoring-consumer", make)
    try:
        await serve_worker(following.run, settings, {"consumer": following.check})
    finally:
        await letters.close()


async def evaluate(_service: str) -> None:
    """Keep the live generation's cards current, do the closes that are asked for, and have the rebuilds done."""
    settings = load(ConsumerSettings)
    minding = Minder(settings.database_url)
    following = Follower(settings.database_url, "scoring-evaluator", _evaluating)

    async def work(stop: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(following.run(stop))
            group.create_task(minding.run(stop))

    await serve_worker(work, settings, {"evaluator": following.check})


async def publish(service: str) -> None:
    """Publish the outbox, which is among the lasting tables."""
    settings = load(WorkerSettings)
    worker = Relay(settings.database_url, settings.kafka_bootstrap, f"{service}-relay", search_path="app")
    await serve_worker(worker.run, settings, {"relay": worker.check})


async def rebuild(service: str) -> str | None:
    """Ask for every score to be made anew, do it, and end when the new generation is live."""
    engine = open_engine(load(ConsumerSettings).database_url, search_path="app", application="scoring-rebuild")
    async with async_sessionmaker(engine).begin() as session:
        asked = await commands.rebuild(Transaction(session, "/crm/scoring", clock.now(), "rebuild"))
        number = asked.entity.number
    await generations(service)
    state = await commands.state(engine, number)
    await engine.dispose()
    return None if state == "live" else f"generation {number} is {state}"


async def close(service: str, as_of: str | None = None) -> str | None:
    """Close as of a moment (RFC 3339; default: the last midnight, UTC), and end when it is done."""
    settings, now = load(DatabaseSettings), clock.now()
    try:
        moment = last_midnight(now) if as_of is None else TypeAdapter(Time).validate_python(as_of)
    except ValueError:
        return f"{as_of} is no moment with its offset from UTC"
    asking = open_engine(settings.database_url, pool_size=1, search_path=READERS_PATH, application="scoring-close")
    async with raw_connection(asking) as raw:
        number = await pointer.live(raw)
    # Not through the readers' views: the pointer can't move while a snapshot has read them.
    engine = open_engine(settings.database_url, pool_size=3, search_path=search_path(number))
    try:
        worker = CloseWorker(engine, DEFAULT_RULES)
        await worker.until_none()  # another date may be under way; ours must not be lost behind it
        async with async_sessionmaker(asking).begin() as session:
            close_id = (await closes.close(Transaction(session, f"/crm/{service}", now, "close"), moment)).entity.id
        return await worker.until_done(close_id)
    except Problem as problem:
        return f"{problem.detail}: {'; '.join(fault['detail'] for fault in problem.errors)}"
    finally:
        await asking.dispose()
        await engine.dispose()


async def generations(_service: str) -> None:
    """Do the rebuilds and drops that are asked for, then end."""
    settings, stop = load(ConsumerSettings), until_told()
    engine = open_engine(settings.database_url, pool_size=2, search_path="app", application="scoring-rebuild")
    erasures = Erasures(settings.erasure_key)
    worker = Rebuilder(settings.database_url, settings.kafka_bootstrap, DEFAULT_RULES, erasures)
    while not stop.is_set() and await commands.asked(engine):
        if not await worker.work(engine, stop):
            await asyncio.sleep(1)  # another process is at it
    await engine.dispose()


def _evaluating(engine: AsyncEngine, generation: int) -> tuple[Run, Check]:
    evaluating, closing = Evaluator(engine, generation, DEFAULT_RULES), CloseWorker(engine, DEFAULT_RULES)

    async def run(stop: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(evaluating.run(stop))
            group.create_task(closing.run(stop))

    return run, evaluating.check
