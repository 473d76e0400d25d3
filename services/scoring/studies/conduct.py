"""What a group of customers did over one period, and what we did for them: shares that two periods can be told by."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from services.scoring.metrics.activity import active
from services.scoring.metrics.history import History
from services.scoring.metrics.rules import Rules
from services.scoring.metrics.tailoring import tailoring
from services.scoring.metrics.timeline import between
from services.scoring.studies.growth import Growth
from services.scoring.studies.periods import Period
from services.scoring.studies.proportions import Pooled

_SATISFIED = 4


class Share(NamedTuple):
    """So many of so many."""

    part: int
    whole: int


class Conduct(NamedTuple):
    """One period of one customer.

    `retention`: who bought, of those who were active when the period began; `satisfaction`: answers of 4 and 5, of
    all on satisfaction; `standards`: cases opened in it that kept both, of those that can be judged; `tailored`: as
    in Customization; `cross_sell`: purchases with a category that the customer never bought before, of all but first
    ones; `up_sell`: those with a higher level than ever before in a category, of those that could show it.
    """

    retention: Share
    satisfaction: Share
    standards: Share
    tailored: Share
    cross_sell: Share
    up_sell: Share


class GroupConduct:
    """The same of a group."""

    def __init__(self) -> None:
        self._shares = {name: Pooled() for name in Conduct._fields}

    def add(self, one: Conduct) -> None:
        """One more customer."""
        for name, share in one._asdict().items():
            self._shares[name].add(*share)

    def to_json(self, z: float) -> dict[str, Any]:
        """Each as `Pooled` tells it."""
        return {name: share.to_json(z) for name, share in self._shares.items()}


def conduct(history: History, grown: Sequence[Growth], period: Period, rules: Rules) -> Conduct:
    """The conduct of one customer in the period, by all that is known at `history.as_of`; `grown`: of the history."""
    held = active(history, period.starts, rules)
    bought = between(history.purchases, period.starts, period.ends)
    grown = between(grown, period.starts, period.ends)
    return Conduct(
        retention=Share(int(held and bool(bought)), int(held)),
        satisfaction=_satisfaction(history, period),
        standards=_standards(history, period),
        tailored=_tailored(history, period, rules),
        cross_sell=_counted(each.wider for each in grown),
        up_sell=_counted(each.higher for each in grown if each.higher is not None),
    )


def _satisfaction(history: History, period: Period) -> Share:
    said = between(history.surveys, period.starts, period.ends)
    return _counted(fact.data["csat"] >= _SATISFIED for fact in said if "csat" in fact.data)


def _standards(history: History, period: Period) -> Share:
    opened = between(history.cases, period.starts, period.ends)
    return _counted(not case.past_standard(history.as_of) for case in opened if case.counts(history.as_of))


def _tailored(history: History, period: Period, rules: Rules) -> Share:
    found = tailoring(replace(history, start=period.starts, as_of=period.ends), rules)
    return Share(sum(share.part for share in found), found.n)


def _counted(yes: Iterable[bool]) -> Share:
    told = list(yes)
    return Share(sum(told), len(told))
