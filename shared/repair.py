"""Commands for a service's dead letters: wiring only."""

import logging
import sys
from collections.abc import Awaitable
from pathlib import Path

from aiokafka.errors import KafkaError

from shared.events import dead_letters
from shared.letters import Letters, Line, read_lines
from shared.received import not_ahead
from shared.replay import Replay
from shared.settings import WorkerSettings, load


async def show(service: str) -> int | str:
    """Print the dead letters that were not put back yet, one JSON object a line."""
    return await _answered(_show(_letters(service)))


async def replay(service: str, file: str | None = None) -> int | str:
    """Put back the letters that can be taken in now; with a file (`-`: standard input) those that it repairs.

    Answers the exit code, 1 when a letter was left, or what went wrong.
    """
    try:
        lines = None if file is None else _lines(file)
    except (OSError, ValueError) as error:
        return f"{file}: {error}; nothing was put back"
    run = Replay(_letters(service), not_ahead, _say)
    return await _answered(_replay(run, lines))


def _letters(service: str) -> Letters:
    return Letters(load(WorkerSettings).kafka_bootstrap, dead_letters(service).name)


def _lines(file: str) -> dict[int, Line]:
    return read_lines(sys.stdin if file == "-" else Path(file).read_text().splitlines())


async def _show(letters: Letters) -> int:
    settled = await letters.settled()
    async for letter in letters.all():
        if letter.offset not in settled:
            _say(Line.of(letter).model_dump_json(exclude_unset=True))
    return 0


async def _replay(run: Replay, lines: dict[int, Line] | None) -> int:
    await (run.all() if lines is None else run.repaired(lines))
    _say(f"put back: {run.put_back}, left: {run.left}")
    return 1 if run.left else 0


async def _answered(command: Awaitable[int]) -> int | str:
    logging.disable()  # standard output is the records' alone, and the error is told in one line
    try:
        return await command
    except (KafkaError, OSError, TimeoutError) as error:
        return f"gave up: {type(error).__name__}; what is told above is done, run it again when the broker is well"


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
