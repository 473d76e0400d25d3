"""Logs: one JSON object a line, without personal data; repeated lines are counted, not written."""

import json
import logging
import sys
import time
from contextvars import ContextVar

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

LINES_PER_SECOND = 4


class JsonFormatter(logging.Formatter):
    """A log record as one line of JSON. Exceptions give their type and place, never their text."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self.service = service

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "service": self.service,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request := request_id.get():
            line["request_id"] = request
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["at"] = _place(record.exc_info)
        if left_out := getattr(record, "left_out", 0):
            line["left_out"] = left_out
        return json.dumps(line)


def _place(exc_info: object) -> str:
    trace = exc_info[2] if isinstance(exc_info, tuple) else None
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""


class RateLimit(logging.Filter):
    """Lets `LINES_PER_SECOND` through and counts the rest: an outage must not fill the disk.

    The first line of the next second says how many were left out.
    """

    def __init__(self) -> None:
        super().__init__()
        self.second, self.written, self.left_out = 0, 0, 0

    def filter(self, record: logging.LogRecord) -> bool:
        second = int(time.monotonic())
        if second != self.second:
            record.left_out = self.left_out
            self.second, self.written, self.left_out = second, 0, 0
        self.written += 1
        self.left_out += self.written > LINES_PER_SECOND
        return self.written <= LINES_PER_SECOND


def start_logging(service: str, level: str) -> None:
    """Send every logger's lines to standard output."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter(service))
    handler.addFilter(RateLimit())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("aiokafka", "httpx", "uvicorn.access", "alembic.runtime.plugins"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
