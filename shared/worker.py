"""A service's worker: does what other services' events and the clock demand of it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shared.consumer import Consumer
from shared.database import open_engine
from shared.dead_letters import DeadLetters
from shared.duties import Clock, Duty
from shared.events import Payload, Topic, dead_letters
from shared.handling import Handle, handling
from shared.received import not_ahead
from shared.settings import WorkerSettings
from shared.web.health import Check
from shared.web.server import serve_worker


@dataclass(frozen=True, slots=True)
class Work:
    """What a worker does. `handlers`: by event type, in the order in which a batch's types are worked off."""

    service: str
    topics: Sequence[Topic]
    handlers: Mapping[type[Payload], Handle]
    duties: Sequence[Duty] = field(default=())


class Worker:
    """Does `work` on a service's database; `run` until told to stop.

    `group`: the consumer group; the service's name where none is given.
    """

    def __init__(self, work: Work, database_url: str, bootstrap: str, group: str | None = None) -> None:
        source = f"/crm/{work.service}"
        self.engine = open_engine(database_url, application=f"{work.service}-worker")
        self.letters = DeadLetters(bootstrap, dead_letters(work.service).name)
        self.clock = Clock(self.engine, source, work.duties)
        self.consumer = Consumer(
            self.engine,
            bootstrap,
            group=group or work.service,
            topics=[topic.name for topic in work.topics],
            handle=handling(source, work.handlers),
            judge=not_ahead,
            dead_letters=self.letters,
        )

    @property
    def checks(self) -> dict[str, Check]:
        """For readiness."""
        return {"consumer": self.consumer.check, "clock": self.clock.check}

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; what can't be waited out is raised."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.consumer.run(stop))
                group.create_task(self.clock.run(stop))
        finally:
            await self.letters.close()
            await self.engine.dispose()


async def serve(work: Work, settings: WorkerSettings) -> None:
    """Serve a worker until told to end."""
    worker = Worker(work, settings.database_url, settings.kafka_bootstrap)
    await serve_worker(worker.run, settings, worker.checks)
