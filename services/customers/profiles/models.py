"""Requests and answers about profiles."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, EmailStr, Field

from services.customers.profiles.domain import BuyingType, CustomerKind
from shared.web.fields import Code, Day, Flag, Id, Name, OccurredAt, Request, Text, View


class ExternalIdModel(Request):
    """What another system calls the customer."""

    system: Code
    value: Annotated[Name, Field(max_length=128)]


def _once_each(ids: list[ExternalIdModel]) -> list[ExternalIdModel]:
    if len({(i.system, i.value) for i in ids}) < len(ids):
        raise ValueError("one of them is here twice")
    return ids


class Profile(Request):
    """Everything a client may say of a customer."""

    kind: CustomerKind
    name: Name | None = None
    email: EmailStr | None = None
    phone: Annotated[str, Field(pattern=r"^\+?[0-9 ()./-]{3,32}$")] | None = None
    birth_date: Day | None = None
    address: Text | None = None
    buying_type: BuyingType | None = None
    lifestyle: Name | None = None
    region: Code | None = None
    sector: Code | None = None
    home_store_id: Id | None = None
    registered_at: OccurredAt | None = None
    simulated: Flag = False
    external_ids: Annotated[list[ExternalIdModel], Field(max_length=50), AfterValidator(_once_each)] = []


class NewCustomer(Profile):
    """A customer to be created under an id of the client's choice, or ours."""

    id: Id | None = None


class ProfilePatch(Profile):
    """Fields to change (JSON merge patch); those not sent stay as they are."""

    kind: CustomerKind = "individual"

    def changes(self) -> dict[str, Any]:
        """The fields that were sent."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class CustomerView(View):
    """A customer."""

    id: str
    kind: CustomerKind
    name: str | None
    email: str | None
    phone: str | None
    birth_date: date | None
    address: str | None
    buying_type: BuyingType | None
    lifestyle: str | None
    region: str | None
    sector: str | None
    home_store_id: str | None
    registered_at: datetime | None
    simulated: bool
    external_ids: list[ExternalIdModel]
    completeness: float
    created_at: datetime
    updated_at: datetime
    version: int
