"""Reading a body that comes by gzip (RFC 1952), piece by piece, in constant memory, whatever it inflates to."""

import zlib
from collections.abc import AsyncIterator, Iterator

from shared.web.problems import INVALID, TOO_LARGE, Problem

PIECE = 65_536
"""Bytes inflated at a time."""
RATIO, GRANTED = 100, 1_048_576
"""A body inflates to at most `RATIO` times its size and `GRANTED` bytes; text of records comes to some 10 times."""
_GZIP = zlib.MAX_WBITS + 16


async def inflated(parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """What the parts of a gzip stream, of one member or several, hold; in pieces of at most `PIECE` bytes.

    Raises a 422 problem where the stream is broken or ends too early, 413 where it inflates beyond measure.
    """
    inflating = _Inflating()
    async for part in parts:
        for piece in inflating.pieces(part):
            yield piece
    inflating.demand_end()


class _Inflating:
    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP)
        self._taken = self._given = 0
        self._within = False

    def pieces(self, part: bytes) -> Iterator[bytes]:
        self._taken += len(part)
        while part:
            self._within = True
            piece = self._piece(part)
            part = self._member.unconsumed_tail
            if self._member.eof:
                part, self._member, self._within = self._member.unused_data, zlib.decompressobj(_GZIP), False
            yield piece

    def _piece(self, part: bytes) -> bytes:
        try:
            piece = self._member.decompress(part, PIECE)
        except zlib.error:
            raise Problem(INVALID, "the gzip stream is broken") from None
        self._given += len(piece)
        if self._given > RATIO * self._taken + GRANTED:
            raise Problem(TOO_LARGE, f"the body inflates to more than {RATIO} times its size")
        return piece

    def demand_end(self) -> None:
        if self._within:
            raise Problem(INVALID, "the gzip stream ends too early")
