"""REST: deliveries of what was ordered (L01)."""

from functools import partial

from fastapi import APIRouter, Response

from services.loyalty.purchases import deliveries
from services.loyalty.purchases.api import PurchaseId, as_is
from services.loyalty.purchases.delivery_models import NewDeliveries
from services.loyalty.purchases.models import PurchaseView
from shared.web.app import IfMatch, Posting

router = APIRouter(prefix="/purchases/{purchase_id}/deliveries", tags=["purchases"])


@router.post("", response_model=PurchaseView)
async def deliver(purchase_id: PurchaseId, body: NewDeliveries, work: Posting, if_match: IfMatch) -> Response:
    """Lines of a bill arrived, in full or not (with `If-Match`, where the caller read it before)."""
    command = partial(deliveries.deliver, purchase_id=purchase_id, told=body, if_match=if_match, caller=work.principal)
    return await work.run(command, as_is)
