"""`python -m deploy.sample [COMMAND]`: load the sample into a stack, month by month or at once, or look at it."""

import argparse
import asyncio
import os
import sys
from collections.abc import Mapping, Sequence

from rich.console import Console

from deploy.local.issuer import Issuer
from deploy.local.layout import layout_from
from deploy.sample.campaign_results import compare, show_compared
from deploy.sample.distribution import show, spread
from deploy.sample.failure import SampleError
from deploy.sample.findings import show_findings
from deploy.sample.fingerprint import END_OF_YEAR, fingerprint
from deploy.sample.loading import Wanted, load
from deploy.sample.months import live_through
from deploy.sample.progress import Progress
from deploy.sample.remote import remote
from deploy.sample.summary import summarize
from deploy.sample.transactions import read_transactions

COMMANDS = ("load", "months", "fingerprint", "distribution", "findings", "campaigns")
INTERRUPTED = 130
WATCHED = 50
"""Households whose cards are asked for twice by `months`."""


def main(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> int:
    """The exit code: 0 done, 1 failed or something was rejected, 2 wrong usage, 130 interrupted."""
    asked, console = _parser().parse_args(arguments), Console()
    try:
        layout = layout_from(environment)
        token = environment.get("CRM_TOKEN") or Issuer(layout.keys).token()
        if asked.command in {"fingerprint", "distribution"}:
            look = _fingerprint if asked.command == "fingerprint" else _distribution
            return asyncio.run(look(layout.port_base, token, asked.as_of, console))
        if asked.command == "findings":
            return asyncio.run(_findings(layout.port_base, token, console))
        wanted = Wanted(asked.households, asked.shuffle, asked.last_close)
        run = {"load": _load, "months": _months, "campaigns": _campaigns}[asked.command]
        return asyncio.run(run(layout.port_base, token, wanted, console))
    except (SampleError, ValueError, OSError) as error:
        Console(stderr=True).print(str(error), markup=False, highlight=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


async def _load(port_base: int, token: str, wanted: Wanted, console: Console) -> int:
    async with remote(port_base, token) as stack:
        await stack.demand_up()
        transactions = read_transactions()
        with Progress(console) as progress:
            outcome = await load(stack, progress, transactions, wanted)
    summarize(outcome, console)
    return 1 if outcome.problems else 0


async def _months(port_base: int, token: str, wanted: Wanted, console: Console) -> int:
    async with remote(port_base, token) as stack:
        await stack.demand_up()
        with Progress(console) as progress:
            compared, changed = await live_through(stack, progress, read_transactions(), wanted, WATCHED)
    console.print(f"{compared} cards asked for twice, {len(changed)} of them changed", *changed[:10], highlight=False)
    return 1 if changed else 0


async def _distribution(port_base: int, token: str, as_of: str, console: Console) -> int:
    async with remote(port_base, token) as stack:
        await stack.demand_up()
        show(await spread(stack, as_of), console)
    return 0


async def _findings(port_base: int, token: str, console: Console) -> int:
    async with remote(port_base, token) as stack:
        await stack.demand_up()
        await show_findings(stack, console)
    return 0


async def _campaigns(port_base: int, token: str, wanted: Wanted, console: Console) -> int:
    households = {head.household for head in wanted.heads(read_transactions())}
    async with remote(port_base, token) as stack:
        await stack.demand_up()
        found = await compare(stack, households)
    show_compared(found, console)
    return 0 if all(each.equal for each in found) else 1


async def _fingerprint(port_base: int, token: str, as_of: str, console: Console) -> int:
    async with remote(port_base, token) as stack:
        await stack.demand_up()
        digest, count = await fingerprint(stack, as_of)
    console.print(f"{digest}  {count} cards as of {as_of}", markup=False, highlight=False, soft_wrap=True)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.sample", description=__doc__)
    parser.add_argument("command", nargs="?", choices=COMMANDS, default="load")
    parser.add_argument("--households", type=_positive, metavar="N", help="only N households, 208 and those behind it")
    parser.add_argument("--last-close", action="store_true", help="the last quarter's two closes, not one a month")
    parser.add_argument("--shuffle", type=int, metavar="SEED", help="purchases and visits in a random order")
    parser.add_argument("--as-of", default=END_OF_YEAR, metavar="T", help="of what is looked at (default: %(default)s)")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
