"""Dead letters put back into the topics they came from, when they can be taken in now.

Either our code was repaired since, or a person repaired the letter. It goes to its topic under its key, so that a
rebuild sees it too. The dead-letter topic itself remembers what was put back, in records of its own; after a crash
between the two a letter is put back once more. That is harmless, as every repeat is: an event counts once by source
and id.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaProducer, ConsumerRecord

from shared.dead_letters import SETTLED
from shared.kafka import SEND_DEADLINE_S, leave, make_producer
from shared.letters import Letter, Letters, Line
from shared.received import APPENDED, REPLAYED, Judge, RefusedError, receive

Say = Callable[[str], None]


class Replay:
    """One run over a service's dead letters.

    Says a line for each letter once its fate is certain. Raises `KafkaError`, `OSError` or `TimeoutError` when the
    broker does not answer: what was said holds, and another run goes on.
    """

    def __init__(self, letters: Letters, judge: Judge, say: Say) -> None:
        self.letters, self.judge, self.say = letters, judge, say
        self.put_back = self.left = 0

    async def all(self) -> None:
        """Put back every letter that was not put back before and can be taken in now."""
        settled = await self.letters.settled()
        async with self._producer() as producer:
            async for letter in self.letters.all():
                if letter.offset not in settled:
                    await self._try(producer, letter, letter.record)

    async def repaired(self, lines: Mapping[int, Line]) -> None:
        """Put back the letters with these lines, as the lines tell, where they can be taken in now."""
        settled, waiting = await self.letters.settled(), dict(lines)
        for offset in sorted(settled & set(waiting)):
            del waiting[offset]
            self.say(f"{offset}: was put back before")
        async with self._producer() as producer:
            async for letter in self.letters.all():
                if (line := waiting.pop(letter.offset, None)) is not None:
                    await self._try(producer, letter, line.repaired(letter.record))
        for offset in sorted(waiting):
            self._leave(str(offset), "there is no such dead letter")

    async def _try(self, producer: AIOKafkaProducer, letter: Letter, record: ConsumerRecord) -> None:
        name = f"{letter.offset} ({_origin(letter)})"
        try:
            receive(record, self.judge)
        except RefusedError as error:
            self._leave(name, str(error))
            return
        await asyncio.wait_for(self._send(producer, letter, record), SEND_DEADLINE_S)
        self.put_back += 1
        self.say(f"{name}: put back")

    async def _send(self, producer: AIOKafkaProducer, letter: Letter, record: ConsumerRecord) -> None:
        own = [(name, value) for name, value in record.headers if name not in {REPLAYED, APPENDED}]
        told = [(REPLAYED, _origin(letter)), (APPENDED, str(letter.record.timestamp))]
        headers = [*own, *((name, value.encode()) for name, value in told)]
        await producer.send_and_wait(record.topic, record.value, key=record.key, headers=headers)
        settled = [(SETTLED, str(letter.offset).encode())]
        await producer.send_and_wait(self.letters.topic, b"", headers=settled)

    def _leave(self, name: str, why: str) -> None:
        self.left += 1
        self.say(f"{name}: left, {why}")

    @asynccontextmanager
    async def _producer(self) -> AsyncIterator[AIOKafkaProducer]:
        producer = make_producer(self.letters.bootstrap, self.letters.topic)
        try:
            await asyncio.wait_for(producer.start(), SEND_DEADLINE_S)
            yield producer
        finally:
            await leave(producer)


def _origin(letter: Letter) -> str:
    return f"{letter.record.topic}/{letter.record.partition}/{letter.record.offset}"
