"""From an event's payload to a fact's data: one function per event type."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from shared.events import Payload
from shared.events.complaints import (
    ComplaintAcknowledged,
    ComplaintAssigned,
    ComplaintClosed,
    ComplaintEscalated,
    ComplaintOpened,
    ComplaintRemedyGranted,
    ComplaintReopened,
    ComplaintResolved,
    ComplaintWithdrawn,
)
from shared.events.customers import (
    ConsentGranted,
    ConsentWithdrawn,
    CustomerChanged,
    CustomerRegistered,
    ExitStated,
)
from shared.events.loyalty import CampaignAnswered, CampaignDelivered
from shared.events.purchases import PurchaseCompleted, PurchasedLine, PurchaseReturned, ReturnedLine
from shared.events.reference import CategoryOffered, StoreClosed, StoreOpened
from shared.events.visits import VisitEnded, VisitStarted

Data = dict[str, Any]
_ZERO = Decimal(0)


def as_told(payload: Payload) -> Data:
    """The payload as it stands, what is unset left out."""
    return payload.model_dump(mode="json", exclude_none=True)


def purchase(payload: PurchaseCompleted) -> Data:
    """`{currency, quantity, channel?, …, lines: [{category, list, paid, cost?, level?, count, tailorable, tailored}]}`.

    Lines are summed per category, those of unknown cost apart; `count` counts lines, `level` is the highest.
    """
    told = payload.model_dump(
        mode="json", include={"channel", "campaign_id", "integration_id", "served_by"}, exclude_none=True
    )
    return told | {
        "currency": payload.lines[0].paid_amount.currency,
        "quantity": str(sum((line.quantity for line in payload.lines), _ZERO)),
        "lines": _by_category(payload.lines),
    }


def returned(payload: PurchaseReturned) -> Data:
    """`{purchase, purchased_at, reason, quantity, lines: as a purchase's}`; `count` counts whole lines."""
    told = payload.model_dump(mode="json", include={"purchased_at", "reason"})
    return told | {
        "purchase": payload.purchase_id,
        "quantity": str(sum((line.quantity for line in payload.lines), _ZERO)),
        "lines": _by_category(payload.lines),
    }


def _by_category(lines: Iterable[PurchasedLine | ReturnedLine]) -> list[Data]:
    groups: dict[tuple[str, bool], list[PurchasedLine | ReturnedLine]] = {}
    for line in lines:
        groups.setdefault((line.category, line.cost_amount is not None), []).append(line)
    return [_group(category, costed, groups[category, costed]) for category, costed in sorted(groups)]


def _group(category: str, costed: bool, lines: list[PurchasedLine | ReturnedLine]) -> Data:
    kept = [line for line in lines if not isinstance(line, ReturnedLine) or line.whole]
    group: Data = {
        "category": category,
        "list": str(sum((line.list_amount.amount for line in lines), _ZERO)),
        "paid": str(sum((line.paid_amount.amount for line in lines), _ZERO)),
        "count": len(kept),
        "tailorable": sum(line.tailorable or line.tailored for line in kept),
        "tailored": sum(line.tailored for line in kept),
    }
    levels = [line.level for line in lines if isinstance(line, PurchasedLine) and line.level is not None]
    if levels:
        group["level"] = max(levels)
    if costed:
        group["cost"] = str(sum((line.cost_amount.amount for line in lines if line.cost_amount), _ZERO))
    return group


PROJECTIONS: dict[type[Payload], Callable[[Any], Data]] = {
    PurchaseCompleted: purchase,
    PurchaseReturned: returned,
    VisitStarted: as_told,
    VisitEnded: as_told,
    ComplaintOpened: as_told,
    ComplaintAcknowledged: as_told,
    ComplaintAssigned: as_told,
    ComplaintEscalated: as_told,
    ComplaintRemedyGranted: as_told,
    ComplaintResolved: as_told,
    ComplaintClosed: as_told,
    ComplaintReopened: as_told,
    ComplaintWithdrawn: as_told,
    CustomerRegistered: as_told,
    CustomerChanged: as_told,
    ConsentGranted: as_told,
    ConsentWithdrawn: as_told,
    ExitStated: as_told,
    CampaignDelivered: as_told,
    CampaignAnswered: as_told,
    CategoryOffered: as_told,
    StoreOpened: as_told,
    StoreClosed: as_told,
}
"""Every registered type has its line here; a test holds the table against the registry."""
