"""Bulk intake of purchases (L02): a chunk of lines in one transaction, a verdict for each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from services.loyalty.cards.queries import holders
from services.loyalty.purchases.bill import Bill
from services.loyalty.purchases.domain import Receipt
from services.loyalty.purchases.models import NewPurchase
from services.loyalty.purchases.statements import KNOWN
from services.loyalty.purchases.storing import store_many
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.imports import Line, Verdict, other_store, rejected
from shared.web.problems import CONFLICT, GONE, INVALID


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the import and the bill it tells; `id`: the client's own, where there is one."""

    line: int
    id: str | None
    bill: Bill

    @property
    def customer(self) -> str | None:
        """Who bought, if they or their card were told."""
        return self.bill.told.customer_id


@dataclass(slots=True)
class Known:
    """What is known of ids and receipts: the content under each, and whose it is."""

    contents: dict[str, bytes] = field(default_factory=dict)
    receipts: dict[Receipt, str] = field(default_factory=dict)

    def add(self, purchase_id: str, content: bytes, receipt: Receipt | None) -> None:
        """A stored purchase."""
        self.contents[purchase_id] = content
        if receipt is not None:
            self.receipts[receipt] = purchase_id

    def verdict(self, entry: Entry) -> Verdict | None:
        """What is to be said of a line whose id or receipt is known; None where neither is."""
        if entry.id is not None and entry.id in self.contents:
            return self._compared(entry, entry.id, "/id")
        if entry.bill.receipt in self.receipts:
            return self._compared(entry, self.receipts[entry.bill.receipt], "/receipt_number")
        return None

    def _compared(self, entry: Entry, purchase_id: str, pointer: str) -> Verdict:
        if self.contents[purchase_id] == entry.bill.content:
            return Verdict(entry.line, "duplicate", purchase_id)
        fault = {"pointer": pointer, "detail": f"purchase {purchase_id} has it, with other content"}
        return rejected(entry.line, CONFLICT, [fault])


async def take_in(tx: Transaction, lines: Sequence[Line[NewPurchase]], caller: Principal) -> list[Verdict]:
    """Record a chunk of purchases. A line with neither id nor receipt is a purchase of its own."""
    own = [line for line in lines if caller.serves(line.body.store_id)]
    verdicts = [other_store(line.number) for line in lines if not caller.serves(line.body.store_id)]
    cards = await holders(tx.session, (line.body.card_id for line in own))
    entries = [Entry(line.number, line.body.id, Bill.of(line.body, cards)) for line in own]
    erased = await tx.refused({entry.customer for entry in entries if entry.customer is not None})
    verdicts += [_gone(entry) for entry in entries if entry.customer in erased]
    waiting = [entry for entry in entries if entry.customer not in erased]
    known = Known()
    while waiting:
        # A line that shares its id or receipt with one before it is judged after that one's fate is known.
        first, rest = _apart(waiting)
        fresh = await store_many(tx, [entry.bill for entry in first if entry.bill.refused is None])
        await _look_up(tx, known, [entry for entry in first if entry.bill.id not in fresh])
        verdicts += [_judged(entry, fresh, known) for entry in first]
        waiting = []
        for entry in rest:
            verdict = known.verdict(entry)
            (waiting.append(entry) if verdict is None else verdicts.append(verdict))
    return verdicts


def _judged(entry: Entry, fresh: set[str], known: Known) -> Verdict:
    if entry.bill.id in fresh:
        known.add(entry.bill.id, entry.bill.content, entry.bill.receipt)
        return Verdict(entry.line, "accepted", entry.bill.id)
    verdict = known.verdict(entry)
    if verdict is not None:
        return verdict
    if entry.bill.refused is not None:
        return rejected(entry.line, INVALID, [{"pointer": "/card_id", "detail": entry.bill.refused}])
    raise RuntimeError("the database knows a purchase that it does not show")


def _gone(entry: Entry) -> Verdict:
    return rejected(entry.line, GONE, [{"pointer": "/customer_id", "detail": "the customer demanded to be forgotten"}])


def _apart(entries: Iterable[Entry]) -> tuple[list[Entry], list[Entry]]:
    """The entries that share neither id nor receipt with one before them, and the others."""
    first: list[Entry] = []
    rest: list[Entry] = []
    seen: set[str | Receipt] = set()
    for entry in entries:
        claims = {claim for claim in (entry.id, entry.bill.receipt) if claim is not None}
        (rest if claims & seen else first).append(entry)
        seen |= claims
    return first, rest


async def _look_up(tx: Transaction, known: Known, entries: Sequence[Entry]) -> None:
    if not entries:
        return
    receipts = [entry.bill.receipt for entry in entries if entry.bill.receipt is not None]
    asked = {
        "ids": [entry.bill.id for entry in entries],
        "stores": [receipt.store_id for receipt in receipts],
        "tills": [receipt.till or None for receipt in receipts],
        "numbers": [receipt.number for receipt in receipts],
    }
    for row in await tx.session.execute(KNOWN, asked):
        receipt = Receipt(row.store_id, row.till or "", row.receipt_number) if row.receipt_number else None
        known.add(row.id, row.content, receipt)
