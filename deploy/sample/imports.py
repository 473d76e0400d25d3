"""Baskets into the two imports: chunks of lines, some requests at once, a verdict for each line."""

import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

import orjson

from deploy.sample.bodies import Body, purchase, visit
from deploy.sample.crew import each
from deploy.sample.failure import SampleError
from deploy.sample.progress import Progress, Step
from deploy.sample.remote import PATIENCE_S, BrokenOffError, Remote, wait
from deploy.sample.transactions import Head, Transactions
from deploy.sample.verdicts import Verdicts

CHUNK = 5000
"""Lines of a request."""
PIECE = 100
"""Lines made at a time, while the service works on those before."""
AT_ONCE = 2
Make = Callable[[Head], Body]


async def import_purchases(
    remote: Remote, progress: Progress, transactions: Transactions, heads: Sequence[Head]
) -> Verdicts:
    """Each basket as a purchase."""

    def make(head: Head) -> Body:
        return purchase(head, transactions.lines(head))

    with progress.step("purchases", len(heads)) as step:
        return await _Import(remote, step, "loyalty", make).take(heads)


async def import_visits(remote: Remote, progress: Progress, heads: Sequence[Head]) -> Verdicts:
    """Each basket as a visit."""
    with progress.step("visits", len(heads)) as step:
        return await _Import(remote, step, "customers", visit).take(heads)


@dataclass(frozen=True, slots=True)
class _Import:
    """One import of a service, named as the step is."""

    remote: Remote
    step: Step
    service: str
    make: Make
    verdicts: Verdicts = field(default_factory=Verdicts)

    async def take(self, heads: Sequence[Head]) -> Verdicts:
        """Sends all of it."""
        await each(chunks(heads, CHUNK), self._send, AT_ONCE)
        return self.verdicts

    async def _send(self, chunk: Sequence[Head]) -> None:
        """Sends a chunk until a request goes through; what a broken one left behind comes back as duplicates."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            verdicts = Verdicts()
            problem = await self._tried(chunk, verdicts)
            if not problem and verdicts.total == len(chunk):
                self.verdicts.merge(verdicts)
                return
            self.step.advance(-verdicts.total)
            if problem.endswith("internal-error"):
                raise SampleError(f"{self.service} {self.step.name}: internal error; the service's log tells more")
            await wait(deadline, f"{self.service} breaks off: {problem or 'verdicts are missing'}")

    async def _tried(self, chunk: Sequence[Head], verdicts: Verdicts) -> str:
        """Sends a chunk once; why it broke off, empty where it did not."""
        path, lines = f"/v1/imports/{self.step.name}", partial(_pieces, self.make, chunk)
        try:
            async with self.remote.stream(self.service, path, lines) as answers:
                return await _read(answers, verdicts, self.step)
        except BrokenOffError as error:
            return str(error)


async def _read(answers: AsyncIterator[str], verdicts: Verdicts, step: Step) -> str:
    """Counts the verdicts; the problem that the answer's last line tells, empty where it tells none."""
    async for line in answers:
        verdict: Body = orjson.loads(line)
        if "status" not in verdict:
            return str(verdict.get("problem", ""))
        verdicts.add(verdict)
        step.advance()
    return "the answer has no last line"


async def _pieces(make: Make, chunk: Sequence[Head]) -> AsyncIterator[bytes]:
    for piece in chunks(chunk, PIECE):
        yield b"".join([orjson.dumps(make(head)) + b"\n" for head in piece])


def chunks(heads: Iterable[Head], size: int) -> Iterator[list[Head]]:
    """In pieces of `size`, the last one shorter."""
    source = iter(heads)
    while chunk := list(islice(source, size)):
        yield chunk
