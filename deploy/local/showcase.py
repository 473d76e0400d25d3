"""Where to look, and one scorecard as a table."""

from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from deploy.local.layout import Layout
from deploy.local.processes import PROCESSES, WEB

CARD = "/v1/customers/household-208/scorecard?as_of=2018-01-01T00:00:00Z"


def show(layout: Layout, token: str) -> None:
    """Prints the addresses, a curl line and the scorecard; says so if that cannot be had."""
    console = Console()
    bases = {p.service: f"http://127.0.0.1:{layout.port_base + p.port}" for p in PROCESSES if p.role == WEB}
    for service, base in bases.items():
        console.print(f"{service:12}{base}   {base}/docs", highlight=False, soft_wrap=True)
    url = bases["scoring"] + CARD
    # Plain print: a line to copy must not be wrapped or coloured.
    print(f"\ncurl -H 'Authorization: Bearer {token}' '{url}'\n")
    try:
        console.print(card_table(_fetch(url, token)))
    except (httpx.HTTPError, KeyError, ValueError) as error:
        console.print(f"no scorecard yet: {error}", highlight=False, markup=False)


def card_table(card: dict[str, Any]) -> Table:
    """Index, phase and the eleven Cs; `KeyError` if `card` is no scorecard."""
    title = f"{card['customer_id']} as of {card['as_of']}: index {_number(card['index'])}, phase {card['phase']}"
    table = Table("C", "score", "percentile", "why", title=title)
    for name, c in card["cs"].items():
        row = (_number(c["score"]), _number(c.get("percentile")), c.get("reason") or "")
        table.add_row(name.replace("_", " "), *row)
    return table


def _fetch(url: str, token: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(trust_env=False, timeout=30.0) as client:
        answer: dict[str, Any] = client.get(url, headers=headers).raise_for_status().json()
    return answer


def _number(value: object) -> str:
    """Numbers may come as JSON strings, to keep their decimals."""
    return "–" if value is None else f"{float(str(value)):.1f}"
