"""A dead-letter topic as a person reads it: letter by letter, as lines of JSON to be edited."""

import asyncio
import base64
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, replace
from typing import Self

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from pydantic import Base64Bytes, BaseModel, ValidationError, model_validator

from shared.dead_letters import ERROR, SETTLED, TOPIC, original
from shared.kafka import SEND_DEADLINE_S, leave, make_consumer


@dataclass(frozen=True, slots=True)
class Letter:
    """A record that was not taken in, as it was, and why; `offset`: its own, in the dead-letter topic."""

    offset: int
    record: ConsumerRecord
    error: str


class Line(BaseModel):
    """A letter in JSON. Who repairs one edits `value` (`value_base64`: bytes that are no text), `key` or `topic`."""

    offset: int
    topic: str
    partition: int
    origin_offset: int
    error: str
    key: str | None
    value: str | None = None
    value_base64: Base64Bytes | None = None

    @classmethod
    def of(cls, letter: Letter) -> Self:
        """The line of a letter."""
        record = letter.record
        value = record.value or b""
        try:
            shown = {"value": value.decode()}
        except UnicodeDecodeError:
            shown = {"value_base64": base64.b64encode(value).decode()}
        return cls(
            offset=letter.offset,
            topic=record.topic,
            partition=record.partition,
            origin_offset=record.offset,
            error=letter.error,
            key=None if record.key is None else record.key.decode(errors="replace"),
            **shown,
        )

    def repaired(self, record: ConsumerRecord) -> ConsumerRecord:
        """The letter's record with what this line tells of it."""
        value = self.value.encode() if self.value is not None else self.value_base64
        return replace(record, topic=self.topic, key=None if self.key is None else self.key.encode(), value=value)

    @model_validator(mode="after")
    def _one_value(self) -> Self:
        if (self.value is None) == (self.value_base64 is None):
            raise ValueError("either value or value_base64")
        return self


def read_lines(lines: Iterable[str]) -> dict[int, Line]:
    """Edited lines, by the letter's offset. Raises `ValueError` that names the line: then none is to be trusted."""
    found: dict[int, Line] = {}
    for number, text in enumerate(lines, 1):
        if not text.strip():
            continue
        try:
            line = Line.model_validate_json(text)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            raise ValueError(f"line {number}: {'/'.join(map(str, first['loc']))} {first['msg']}") from None
        if line.offset in found:
            raise ValueError(f"line {number}: the letter {line.offset} stands there twice")
        found[line.offset] = line
    return found


class Letters:
    """A dead-letter topic (of one partition), each time read from its beginning to its present end.

    Raises `KafkaError`, `OSError` or `TimeoutError` when the broker does not answer.
    """

    def __init__(self, bootstrap: str, topic: str) -> None:
        self.bootstrap, self.topic = bootstrap, topic

    async def all(self) -> AsyncIterator[Letter]:
        """Every letter, those that were put back too."""
        async for record in self._records():
            if (was := original(record)) is not None:
                yield Letter(record.offset, was, dict(record.headers).get(ERROR, b"").decode(errors="replace"))

    async def settled(self) -> set[int]:
        """The offsets of the letters that were put back."""
        headers = [dict(record.headers) async for record in self._records()]
        # A letter settles nothing: older ones still hold whatever headers a third party's record had.
        told = [each.get(SETTLED, b"") for each in headers if TOPIC not in each]
        return {int(offset) for offset in told if offset.isdigit()}

    async def _records(self) -> AsyncIterator[ConsumerRecord]:
        consumer, partition = make_consumer(self.bootstrap, self.topic, None), TopicPartition(self.topic, 0)
        try:
            async with asyncio.timeout(SEND_DEADLINE_S):
                end = await _go_to_start(consumer, partition)
            while records := await _read(consumer, partition, end):
                for record in records:
                    yield record
        finally:
            await leave(consumer)


async def _go_to_start(consumer: AIOKafkaConsumer, partition: TopicPartition) -> int:
    await consumer.start()
    consumer.assign([partition])
    start, end = await consumer.beginning_offsets([partition]), await consumer.end_offsets([partition])
    consumer.seek(partition, start[partition])
    return int(end[partition])


async def _read(consumer: AIOKafkaConsumer, partition: TopicPartition, end: int) -> list[ConsumerRecord]:
    """Some records more, none at the end."""
    async with asyncio.timeout(SEND_DEADLINE_S):
        while await consumer.position(partition) < end:
            found = await consumer.getmany(timeout_ms=200, max_records=500)
            if records := [record for record in found.get(partition, []) if record.offset < end]:
                return records
    return []
