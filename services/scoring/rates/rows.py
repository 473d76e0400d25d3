"""From the counts that a close found to the rows that are answered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.scoring.studies.proportions import told_share
from services.scoring.studies.rates import COUNTED, SEGMENT
from shared.web.fields import View


class Rate(View):
    """`count` of `n`; `share` 0–1 and its 95 % Wilson interval are null where n is 0."""

    n: int
    count: int
    share: float | None
    interval: tuple[float, float] | None


class Row(View):
    """The rates of a group in a period [`starts`, `ends`). `by`, `group`: whose; `total` of everybody.

    Of those active at the period's start: `retention`, who bought in it; `repurchase`, who bought on at least two
    days of it; `defection`, who were gone at its end. `new_customers`: who bought for the first time in it.
    `loyal_base`: of the group, as of the close. `reason`: why a share is null.
    """

    period: str
    starts: datetime
    ends: datetime
    by: str
    group: str
    retention: Rate
    repurchase: Rate
    defection: Rate
    new_customers: int
    loyal_base: int
    reason: str | None


def groups(content: dict[str, Any], by: str) -> list[str]:
    """Every group of a grouping of which something is told, sorted."""
    counted = [group for counts in content["counts"].values() for group in counts.get(by, {})]
    return sorted({*counted, *content["loyal"][by]})


def periods(content: dict[str, Any], by: str) -> list[str]:
    """The names of the periods that are told of a grouping, sorted."""
    return sorted(each["period"] for each in content["periods"] if by != SEGMENT or each["segments"])


def rows(content: dict[str, Any], by: str, chosen: Sequence[str], names: Sequence[str]) -> list[Row]:
    """The rows of these groups and periods, by group, then by period."""
    told = {each["period"]: each for each in content["periods"]}
    return [_row(content, by, group, told[name]) for group in chosen for name in names]


def _row(content: dict[str, Any], by: str, group: str, period: dict[str, Any]) -> Row:
    nothing = [0] * len(COUNTED)
    counted = content["counts"][period["period"]].get(by, {}).get(group, nothing)
    counts = dict(zip(COUNTED, counted, strict=True))
    n = counts["n"]

    def rate(name: str) -> Rate:
        return Rate.model_validate(told_share(counts[name], n, content["confidence_z"]))

    return Row(
        period=period["period"],
        starts=period["starts"],
        ends=period["ends"],
        by=by,
        group=group,
        retention=rate("retained"),
        repurchase=rate("repurchased"),
        defection=rate("defected"),
        new_customers=counts["new"],
        loyal_base=content["loyal"][by].get(group, 0),
        reason=None if n else "Nobody was active at the period's start.",
    )
