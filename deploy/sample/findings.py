"""What the closes found: the audits of two quarters, the quarter's rates, and each segment's profit and propensity."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from deploy.sample.closes import QUARTER
from deploy.sample.remote import Remote
from deploy.sample.segments import SEGMENTS

PERIODS = ("2017-Q3", "2017-Q4")
RATES = ("retention", "repurchase", "defection")


async def show_findings(remote: Remote, console: Console) -> None:
    """As tables. Raises `SampleError` where no close has found anything yet."""
    for as_of in QUARTER:
        console.print(_audit(await remote.get("scoring", f"/v1/audit?as_of={as_of}")))
    pages = [await remote.get("scoring", f"/v1/rates?period={period}&as_of={QUARTER[-1]}") for period in PERIODS]
    console.print(_rates([page["items"][0] for page in pages], pages[-1]["loyal_base"]["total"]))
    console.print(_segments([await _segment(remote, name) for name in SEGMENTS]))


async def _segment(remote: Remote, name: str) -> dict[str, Any]:
    paths = {part: f"/v1/segments/{name}/{part}?as_of={QUARTER[-1]}" for part in ("profit", "propensity")}
    return {part: await remote.get("scoring", path) for part, path in paths.items()}


def _audit(told: Mapping[str, Any]) -> Table:
    table = Table(f"audit as of {told['as_of'][:10]}", "before", "now", "p of all", "raised", "customers")
    for signal in told["signals"]:
        before, now = ([each["count"], each["n"]] for each in signal["trend"][-2:])
        shares = ("{} of {}".format(*before), "{} of {}".format(*now))
        table.add_row(
            signal["signal"], *shares, *_words(signal[name] for name in ("p_adjusted", "raised", "customers"))
        )
    return table


def _rates(rows: Iterable[Mapping[str, Any]], loyal: int) -> Table:
    table = Table("rates", *RATES, "came back", "active", "new", title=f"{loyal} customers are the loyal base")
    for row in rows:
        shares = [f"{100 * row[name]['share']:.1f} %" for name in RATES]
        back = row["came_back"] and "{count} of {n}".format(**row["came_back"])
        table.add_row(row["period"], *shares, *_words((back, row["retention"]["n"], row["new_customers"])))
    return table


def _segments(found: Iterable[Mapping[str, Any]]) -> Table:
    table = Table("segment", "members", "contribution before", "now", "answered/exposed", "base", "lift")
    for each in found:
        account, propensity = each["profit"]["currencies"].get("USD", {}), each["propensity"]
        money = [account.get(period, {}).get("contribution", "–") for period in ("before", "now")]
        answered = [_answered(told["total"]) for told in (propensity, propensity["base"])]
        lifts = {str(told["lift"] or told["reason"]) for told in propensity["campaigns"].values()}
        (members,) = _words([each["profit"]["customers"]])
        table.add_row(each["profit"]["segment"], members, *money, *answered, "; ".join(sorted(lifts)))
    return table


def _answered(told: Mapping[str, Any] | None) -> str:
    return "–" if told is None else f"{told['responses']}/{told['exposures']}"


def _words(values: Iterable[object]) -> list[str]:
    return ["–" if value is None else str(value) for value in values]
