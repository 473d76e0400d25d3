"""A database that can be taken away: a forwarder in front of its socket, which a test closes and opens."""

import asyncio
import contextlib
from pathlib import Path

SOCKET = ".s.PGSQL.5432"


class Forwarder:
    """Listens on a socket in `folder` and forwards to the one in `target`."""

    def __init__(self, folder: Path, target: Path) -> None:
        self.folder, self.target = folder, target
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def open(self) -> None:
        """Let connections through."""
        self._server = await asyncio.start_unix_server(self._connected, self.folder / SOCKET)

    async def close(self) -> None:
        """Cut every connection and take no new one."""
        if self._server is not None:
            self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()
        (self.folder / SOCKET).unlink(missing_ok=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_unix_connection(self.target / SOCKET)
        self._writers |= {writer, far_writer}
        await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()
