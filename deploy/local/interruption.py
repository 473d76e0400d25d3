"""Turns ctrl-C, SIGTERM and a closed terminal into one exception, once."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """Somebody wants it to end. Not an `Exception`: nothing but the outermost command catches it."""


class Interruption:
    """`wanted`: whether a signal came. To be looked at in loops too: an exception raised while Python
    collects garbage is lost."""

    def __init__(self) -> None:
        self.wanted = False

    def check(self) -> None:
        """Raises `Interrupted` if a signal came."""
        if self.wanted:
            raise Interrupted

    def on_signal(self, _number: int, _frame: FrameType | None) -> None:
        """The first raises; further ones are dropped, so that the stopping they ask for is not disturbed."""
        if not self.wanted:
            self.wanted = True
            raise Interrupted


@contextmanager
def interruptible() -> Iterator[Interruption]:
    """Installs the handlers, and puts the earlier ones back."""
    interruption = Interruption()
    # Under nohup a closed terminal stays ignored. Not so SIGINT, which shells ignore for whatever they
    # start with "&": a signal sent to it is meant.
    nohup = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    heard = [number for number in SIGNALS if not (nohup and number == signal.SIGHUP)]
    earlier = {number: signal.signal(number, interruption.on_signal) for number in heard}
    try:
        yield interruption
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)
