"""Requests and answers about exchanges."""

from pydantic import ConfigDict, Field

from services.loyalty.purchases.models import NewPurchase, PurchaseView
from services.loyalty.purchases.return_models import NewReturn, ReturnView
from shared.web.fields import Request, View


class NewExchange(Request):
    """Goods came back, and others were bought in their place by the same customer."""

    back: NewReturn = Field(alias="return")
    purchase: NewPurchase


class ExchangeView(View):
    """The return, and the purchase that took the place of the goods."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    back: ReturnView = Field(alias="return")
    purchase: PurchaseView

    @property
    def id(self) -> str:
        """Of what is new: the purchase."""
        return self.purchase.id
