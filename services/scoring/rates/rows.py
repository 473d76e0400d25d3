"""From the counts that a close found to the rows that are answered."""

from datetime import datetime
from typing import Any, NamedTuple

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
    days of it; `defection`, who were gone at its end; of these, `came_back`, who bought in the stretch after it, null
    while that is not over. `new_customers`: who bought for the first time in it, null where the base was not observed
    before it. `reason`: why something is null.
    """

    period: str
    starts: datetime
    ends: datetime
    by: str
    group: str
    retention: Rate
    repurchase: Rate
    defection: Rate
    came_back: Rate | None
    new_customers: int | None
    reason: str | None


class Key(NamedTuple):
    """Which row: of a group in a period."""

    group: str
    period: str


def groups(content: dict[str, Any], by: str) -> list[str]:
    """Every group of a grouping of which something is told, sorted."""
    counted = [group for counts in content["counts"].values() for group in counts.get(by, {})]
    return sorted({*counted, *content["loyal"][by]})


def periods(content: dict[str, Any], by: str) -> list[str]:
    """The names of the periods that are told of a grouping: the months in order of time, then the quarters."""
    return [each["period"] for each in content["periods"] if by != SEGMENT or each["segments"]]


def row(content: dict[str, Any], by: str, key: Key) -> Row:
    """The row of a group and a period."""
    period = next(each for each in content["periods"] if each["period"] == key.period)
    counted = content["counts"][key.period].get(by, {}).get(key.group, [0] * len(COUNTED))
    counts = dict(zip(COUNTED, counted, strict=True))
    known = _begun(content, period)

    def rate(name: str, of: str = "n") -> Rate:
        return Rate.model_validate(told_share(counts[name], counts[of], content["confidence_z"]))

    return Row(
        period=key.period,
        starts=period["starts"],
        ends=period["ends"],
        by=by,
        group=key.group,
        retention=rate("retained"),
        repurchase=rate("repurchased"),
        defection=rate("defected"),
        came_back=rate("came_back", "defected") if period["followed"] else None,
        new_customers=counts["new"] if known else None,
        reason=_reason(content, period, counts, known=known),
    )


def _begun(content: dict[str, Any], period: dict[str, Any]) -> bool:
    """Whether the base was observed before the period: else all who bought in it look new."""
    since = content["observed_since"]
    return since is not None and datetime.fromisoformat(since) < datetime.fromisoformat(period["starts"])


def _reason(content: dict[str, Any], period: dict[str, Any], counts: dict[str, int], *, known: bool) -> str | None:
    reasons = []
    if not counts["n"]:
        reasons.append("Nobody was active at the period's start.")
    if not period["followed"]:
        reasons.append(f"Who came back is known {content['following_days']} days after the period.")
    elif counts["n"] and not counts["defected"]:
        reasons.append("Nobody defected who could come back.")
    if not known:
        reasons.append("Nobody was observed before the period, so who is new in it is not known.")
    return " ".join(reasons) or None
