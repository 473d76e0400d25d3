"""Records that can't be taken in, kept as they were, with why and from where in their headers."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from aiokafka import AIOKafkaProducer, ConsumerRecord

from shared.kafka import SEND_DEADLINE_S, leave, make_producer
from shared.received import Reason, appended_ms

OURS = "dead-letter-"
ERROR, TOPIC, SETTLED = OURS + "error", OURS + "topic", OURS + "settled"
"""`SETTLED`: the header of a record that only tells which letter, by its offset, was put back."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record and what is wrong with it."""

    record: ConsumerRecord
    error: str
    reason: Reason

    @property
    def headers(self) -> list[tuple[str, bytes]]:
        """The record's own headers but those that only a dead letter may have, and the dead letter's."""
        origin = {
            "error": self.error[:500],
            "topic": self.record.topic,
            "partition": str(self.record.partition),
            "offset": str(self.record.offset),
            "appended": str(appended_ms(self.record)),
        }
        return [*_own(self.record), *((OURS + name, value.encode()) for name, value in origin.items())]


def _own(record: ConsumerRecord) -> tuple[tuple[str, bytes], ...]:
    return tuple((name, value) for name, value in record.headers if not name.startswith(OURS))


def original(letter: ConsumerRecord) -> ConsumerRecord | None:
    """The record that a dead letter was made of, where and when it was; None: not a dead letter."""
    told = dict(letter.headers)
    try:
        return replace(
            letter,
            topic=told[TOPIC].decode(),
            partition=int(told[OURS + "partition"]),
            offset=int(told[OURS + "offset"]),
            timestamp=int(told.get(OURS + "appended", str(letter.timestamp))),
            headers=_own(letter),
        )
    except (KeyError, ValueError):
        return None


class LetterBox(Protocol):
    """Where a consumer leaves what it can't take in."""

    async def send(self, letters: Sequence[DeadLetter]) -> None:
        """Keep the letters. Raises `TimeoutError` or `KafkaError`; the caller must not move on then."""

    async def close(self) -> None:
        """Let go of what was opened."""


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
            await leave(producer)
