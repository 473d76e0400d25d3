"""A walkthrough's commands without a shell: `curl` against the services in this process, `NAME=$(… | jq -r …)`.

So the page is tested where neither curl nor jq is installed, and no port is needed.
"""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Template
from typing import Any

import httpx

from tests.support.client import Client

_CAPTURE = re.compile(r"^([A-Z_]+)=\$\((.*)\)$", re.DOTALL)
_WITH_VALUE = {"-X": "method", "-H": "header", "-d": "data"}


@dataclass(slots=True)
class Shell:
    """Variables, and the services by the variable that holds their address."""

    services: Mapping[str, Client]
    variables: dict[str, str] = field(default_factory=dict)

    async def run(self, command: str) -> httpx.Response:
        """Do one command; its answer. What it captures is kept as a variable."""
        captured = _CAPTURE.match(command)
        name, line = (captured[1], captured[2]) if captured else (None, command)
        curl, _, path = line.partition("| jq -r .")
        answer = await self._curl(shlex.split(curl))
        if name is not None:
            self.variables[name] = str(_at(answer.json(), path.strip()))
        return answer

    async def _curl(self, words: list[str]) -> httpx.Response:
        told = _told(words[1:])
        service, _, path = self._filled(told["url"]).partition("/")
        headers = dict(_header(self._filled(line)) for line in told["header"])
        body = self._filled(told["data"]) if told["data"] is not None else None
        method = told["method"] or ("GET" if body is None else "POST")
        return await self.services[service].http.request(method, f"/{path}", content=body, headers=headers)

    def _filled(self, text: str) -> str:
        return Template(text).substitute({name: name for name in self.services} | self.variables)


def _told(words: list[str]) -> dict[str, Any]:
    told: dict[str, Any] = {"method": None, "header": [], "data": None, "url": None}
    rest = iter(words)
    for word in rest:
        if word == "-s":
            continue
        if word == "-H":
            told["header"].append(next(rest))
        elif word in _WITH_VALUE:
            told[_WITH_VALUE[word]] = next(rest)
        else:
            told["url"] = word
    return told


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(": ")
    return name, value


def _at(found: Any, path: str) -> Any:
    for name in re.findall(r"\w+", path):
        found = found[int(name)] if name.isdigit() else found[name]
    return found
