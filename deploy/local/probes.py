"""Asks processes whether they are ready."""

import time
from collections.abc import Mapping

import httpx

from deploy.local.interruption import Interruption


def client() -> httpx.Client:
    """For `ready`: a proxy of the environment is not for this machine's own ports."""
    return httpx.Client(trust_env=False, timeout=2.0)


def ready(asking: httpx.Client, port: int) -> bool:
    """Whether /readyz on that port answers 200."""
    try:
        return asking.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
    except httpx.HTTPError:
        return False


def red(ports: Mapping[str, int]) -> list[str]:
    """Those of `ports` (name → port) that are not ready, for a person to read."""
    with client() as asking:
        return [f"{name} (port {port})" for name, port in ports.items() if not ready(asking, port)]


def still_red(ports: Mapping[str, int], seconds: float, interruption: Interruption) -> list[str]:
    """As `red`, but gives them that long to become ready."""
    deadline = time.monotonic() + seconds
    while (found := red(ports)) and time.monotonic() < deadline:
        interruption.check()
        time.sleep(0.2)
    return found
