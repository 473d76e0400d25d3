"""Records that can't be taken in, kept as they were, with why and from where in their headers."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from aiokafka import AIOKafkaProducer, ConsumerRecord
from aiokafka.errors import KafkaError

from shared.kafka import SEND_DEADLINE_S, make_producer


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record and what is wrong with it."""

    record: ConsumerRecord
    error: str

    @property
    def headers(self) -> list[tuple[str, bytes]]:
        """The record's own headers, and the dead letter's."""
        origin = {
            "dead-letter-error": self.error[:500],
            "dead-letter-topic": self.record.topic,
            "dead-letter-partition": str(self.record.partition),
            "dead-letter-offset": str(self.record.offset),
        }
        return [*self.record.headers, *((name, value.encode()) for name, value in origin.items())]


class DeadLetters:
    """A service's dead-letter topic; `send` returns when every record is acknowledged."""

    def __init__(self, bootstrap: str, topic: str) -> None:
        self.bootstrap, self.topic = bootstrap, topic
        self._producer: AIOKafkaProducer | None = None

    async def send(self, letters: Sequence[DeadLetter]) -> None:
        """Write the letters. Raises `TimeoutError` or `KafkaError`; the caller must not move on then."""
        if not letters:
            return
        try:
            await asyncio.wait_for(self._send(letters), SEND_DEADLINE_S)
        except BaseException:
            await self.close()  # an idempotent producer that failed stays broken until it is made anew
            raise

    async def _send(self, letters: Sequence[DeadLetter]) -> None:
        if self._producer is None:
            self._producer = make_producer(self.bootstrap, self.topic)
            await self._producer.start()
        for letter in letters:
            record = letter.record
            await self._producer.send_and_wait(self.topic, record.value or b"", key=record.key, headers=letter.headers)

    async def close(self) -> None:
        """Close the producer, if one was opened."""
        if self._producer is not None:
            producer, self._producer = self._producer, None
            with suppress(TimeoutError, KafkaError):
                await asyncio.wait_for(producer.stop(), 5)
