"""A bill that was somebody else's, as the bill of whose it was."""

from collections.abc import Sequence

from services.loyalty.cards.domain import refusal
from services.loyalty.cards.queries import holders
from services.loyalty.purchases.bill import Bill
from services.loyalty.purchases.models import LineView, NewPurchase
from services.loyalty.purchases.return_lines import refuse
from services.loyalty.purchases.storing import store_one
from services.loyalty.purchases.tables import Correction, Purchase, PurchaseLine
from shared.aliases import family
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.problems import WRONG_STATE

_SAME = ("store_id", "channel", "till", "currency", "campaign_id", "served_by", "simulated")


async def demand_others(tx: Transaction, purchase: Purchase, customer_id: str) -> None:
    """Raises 409 where the bill is this customer's already, under whatever id."""
    if purchase.customer_id is not None and customer_id in await family(tx.session, purchase.customer_id):
        refuse(WRONG_STATE, "/customer_id", "the bill is theirs already")


async def bill_of(tx: Transaction, purchase: Purchase, lines: Sequence[PurchaseLine], customer_id: str) -> Bill:
    """The same bill, of this customer, under an id of its own.

    Without the receipt, which stays where the till's telling it again is looked for, without the other's integration,
    and without a card that is not this customer's.
    """
    cards = await holders(tx.session, [purchase.card_id])
    held = purchase.card_id is not None and refusal(cards.get(purchase.card_id), customer_id, purchase.occurred_at)
    told = {
        **{name: getattr(purchase, name) for name in _SAME},
        "customer_id": customer_id,
        "card_id": None if held else purchase.card_id,
        "occurred_at": purchase.occurred_at.isoformat(),
        "ordered_at": purchase.ordered_at and purchase.ordered_at.isoformat(),
        "lines": [LineView.model_validate(line).model_dump(mode="json", exclude={"line"}) for line in lines],
    }
    return Bill.of(NewPurchase.model_validate(told), cards)


async def store_given(tx: Transaction, bill: Bill, purchase: Purchase, correction: Correction) -> None:
    """Store and tell the bill that takes the place of `purchase`."""
    await store_one(tx, bill)
    row = await tx.session.get_one(Purchase, bill.id)
    row.corrects = purchase.id
    after = {"corrects": purchase.id, "reason": correction.reason}
    await note(tx, Subject("purchase", bill.id, row.version), "correct", before=None, after=after)
