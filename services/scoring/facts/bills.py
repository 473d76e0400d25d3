"""From a bill to its fact: lines summed by category, so that metrics read little."""

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from shared.events.purchases import PurchaseCompleted, PurchaseCorrected, PurchasedLine, PurchaseReturned, ReturnedLine

Data = dict[str, Any]
_ZERO = Decimal(0)


def purchase(payload: PurchaseCompleted) -> Data:
    """`{currency, quantity, lines, channel?, …, discounts?, unavailable?, due?}`; what is not told is left out.

    `lines`: `[{category, list, paid, cost?, level?, count, tailorable, tailored}]`, summed per category, those
    of unknown cost apart; `count` counts lines, `level` is the highest. `discounts`: lines by kind of discount,
    `tier` among them; `unavailable`: lines not to be had; `due`: `[{line, due_at, delivered_at?}]`.
    """
    told = payload.model_dump(
        mode="json", include={"channel", "campaign_id", "integration_id", "served_by"}, exclude_none=True
    )
    return told | _bill(payload.lines)


def corrected(payload: PurchaseCorrected) -> Data:
    """`{purchased_at, reason, …}` and what a purchase tells of its lines; without lines `{…, lines: []}`."""
    told: Data = payload.model_dump(mode="json", include={"purchased_at", "reason"})
    return told | (_bill(payload.lines) if payload.lines else {"lines": []})


def returned(payload: PurchaseReturned) -> Data:
    """`{purchase, purchased_at, reason, currency, quantity, lines: as a purchase's}`; `count` counts whole lines."""
    told = payload.model_dump(mode="json", include={"purchased_at", "reason"})
    return told | {
        "purchase": payload.purchase_id,
        "currency": payload.lines[0].paid_amount.currency,
        "quantity": str(sum((line.quantity for line in payload.lines), _ZERO)),
        "lines": _by_category(payload.lines),
    }


def _bill(lines: Sequence[PurchasedLine]) -> Data:
    bill: Data = {
        "currency": lines[0].paid_amount.currency,
        "quantity": str(sum((line.quantity for line in lines), _ZERO)),
        "lines": _by_category(lines),
    }
    rare = {
        "discounts": _discounts(lines),
        "unavailable": sum(not line.available for line in lines),
        "due": [_due(number, line) for number, line in enumerate(lines, start=1) if line.due_at is not None],
    }
    return bill | {name: value for name, value in rare.items() if value}


def _discounts(lines: Iterable[PurchasedLine]) -> dict[str, int]:
    kinds = [line.discount_kind for line in lines if line.discount_kind is not None]
    counts = Counter[str](kinds) + Counter({"tier": sum(line.tier is not None for line in lines)})
    return {kind: counts[kind] for kind in sorted(counts)}


def _due(number: int, line: PurchasedLine) -> Data:
    told: Data = line.model_dump(mode="json", include={"due_at", "delivered_at"}, exclude_none=True)
    return {"line": number} | told


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
