"""The stack's REST API as the loader sees it: requests that wait where a service asks for it, and one-line errors."""

import asyncio
import time
from collections.abc import AsyncIterable, AsyncIterator, Callable, Container
from contextlib import asynccontextmanager
from typing import Any

import httpx
import orjson

from deploy.sample.failure import SampleError

PORTS = {"customers": 1, "complaints": 2, "loyalty": 3, "scoring": 4}
WAIT = (429, 503)
PATIENCE_S = 120.0
PAUSE_S = 1.0
NDJSON = "application/x-ndjson"


class BrokenOffError(Exception):
    """A stream ended too early, or the service asks to wait; another try may go through. The text says why."""


class Remote:
    """The four services of a running stack. Everything it sends may be sent twice without harm."""

    def __init__(self, http: httpx.AsyncClient, port_base: int, token: str) -> None:
        self._http = http
        self._bases = {service: f"http://127.0.0.1:{port_base + port}" for service, port in PORTS.items()}
        self._headers = {"Authorization": f"Bearer {token}"}

    async def demand_up(self) -> None:
        """Raises `SampleError` unless each service answers, and takes the token."""
        for service, base in self._bases.items():
            try:
                await self._http.get(f"{base}/v1/status", headers=self._headers)
            except httpx.TransportError as error:
                told = f"{service} does not answer at {base} ({type(error).__name__})"
                raise SampleError(f"{told}: is the stack up? (make up; CRM_PORT_BASE names its ports)") from None
            await self.get(service, "/v1/status")

    async def get(self, service: str, path: str) -> Any:
        """The JSON that is there."""
        return (await self.send(service, "GET", path)).json()

    async def send(
        self, service: str, method: str, path: str, body: object = None, *, match: str = "", also: Container[int] = ()
    ) -> httpx.Response:
        """One request. Raises `SampleError` for an error that no waiting mends, unless `also` allows its status."""
        headers = self._headers | ({"If-Match": match} if match else {})
        if body is not None:
            headers["Content-Type"] = "application/json"
        content = None if body is None else orjson.dumps(body)
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                answer = await self._http.request(method, self._bases[service] + path, content=content, headers=headers)
            except httpx.TransportError as error:
                await wait(deadline, f"{service} went away ({type(error).__name__})")
                continue
            if answer.is_success or answer.status_code in also:
                return answer
            if answer.status_code not in WAIT:
                raise SampleError(f"{method} {service} {path}: {_told(answer)}")
            await wait(deadline, f"{service}: {_told(answer)}", answer)

    @asynccontextmanager
    async def stream(
        self, service: str, path: str, lines: Callable[[], AsyncIterable[bytes]] | None = None
    ) -> AsyncIterator[AsyncIterator[str]]:
        """The lines of an NDJSON answer while they come; with `lines` it is the answer to a POST of those.

        Raises `BrokenOffError` from here or from the reading, and `SampleError` where no other try would help.
        """
        content = None if lines is None else lines()
        headers = self._headers | ({} if content is None else {"Content-Type": NDJSON})
        method = "GET" if content is None else "POST"
        try:
            async with self._http.stream(
                method, self._bases[service] + path, content=content, headers=headers
            ) as answer:
                if not answer.is_success:
                    await answer.aread()
                    busy = answer.status_code in WAIT
                    raise (BrokenOffError if busy else SampleError)(f"{method} {service} {path}: {_told(answer)}")
                yield answer.aiter_lines()
        except httpx.TransportError as error:
            raise BrokenOffError(type(error).__name__) from None


async def wait(deadline: float, why: str, answer: httpx.Response | None = None) -> None:
    """As long as the answer asks for, else a second; raises `SampleError` when the deadline has passed."""
    if time.monotonic() > deadline:
        raise SampleError(f"{why}, for {PATIENCE_S:.0f} s now; run it again, nothing will be loaded twice")
    asked = "" if answer is None else answer.headers.get("Retry-After", "")
    await asyncio.sleep(float(asked) if asked.isdigit() else PAUSE_S)


@asynccontextmanager
async def remote(port_base: int, token: str) -> AsyncIterator[Remote]:
    """Opens the connections, and closes them."""
    # An import answers when a chunk is stored, a stream of cards when some are made: be patient with both.
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_S) as http:
        yield Remote(http, port_base, token)


def _told(answer: httpx.Response) -> str:
    """A problem document in one line."""
    if answer.status_code == 401:
        return "401, the token is not taken (CRM_DATA_DIR or CRM_TOKEN of another stack?)"
    try:
        problem: dict[str, Any] = answer.json()
        errors = "; ".join(f"{e['pointer']} {e['detail']}" for e in problem.get("errors", [])[:3])
        return f"{answer.status_code} {problem['title']}: {problem['detail']}{errors and f' ({errors})'}"
    except (ValueError, KeyError, TypeError):
        return f"{answer.status_code} {answer.text[:200]!r}"
