"""What a campaign heard already, and what is new of what it is told."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.loyalty.campaigns.models import ResponseTold

Key = tuple[str, datetime, str]
_NEXT = timedelta(microseconds=1)


@dataclass(slots=True)
class Heard:
    """`kept`: by customer, moment and kind, the purchase that a response names; `named`: purchases that are noted.

    `tied`: responses that are known, and whose purchase is new; `fresh`: those that are new.
    """

    kept: dict[Key, str | None]
    named: set[str]
    tied: list[ResponseTold] = field(default_factory=list)
    fresh: list[ResponseTold] = field(default_factory=list)

    def take(self, told: Iterable[ResponseTold]) -> None:
        """Hear these, those that name a purchase first: the same without it is then known."""
        for entry in sorted(told, key=_order):
            if entry.purchase_id is None:
                self._take_bare(entry)
            elif entry.purchase_id not in self.named:
                self._take_named(entry, entry.purchase_id)

    def _take_bare(self, entry: ResponseTold) -> None:
        if _key(entry) not in self.kept:
            self._keep(entry)

    def _take_named(self, entry: ResponseTold, purchase: str) -> None:
        self.named.add(purchase)
        if self.kept.get(_key(entry), purchase) is None:
            self.kept[_key(entry)] = purchase
            self.tied.append(entry)
            return
        while _key(entry) in self.kept:  # by another purchase at that moment
            entry = entry.model_copy(update={"responded_at": entry.responded_at + _NEXT})
        self._keep(entry)

    def _keep(self, entry: ResponseTold) -> None:
        self.kept[_key(entry)] = entry.purchase_id
        self.fresh.append(entry)


def _key(entry: ResponseTold) -> Key:
    return entry.customer_id, entry.responded_at, entry.kind


def _order(entry: ResponseTold) -> tuple[str, bool, datetime, str, str]:
    return entry.customer_id, entry.purchase_id is None, entry.responded_at, entry.kind, entry.purchase_id or ""
