"""Requests and answers about profiles."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, EmailStr, Field, TypeAdapter, ValidationError, ValidationInfo, field_validator

from services.customers.profiles.domain import BuyingType, ContactKind, CustomerKind
from shared.web.fields import Code, Day, Flag, Id, Name, OccurredAt, Request, Text, View

Phone = Annotated[str, Field(pattern=r"^\+?[0-9 ()./-]{3,32}$")]
_FORMS: dict[str, TypeAdapter[str]] = {"email": TypeAdapter(EmailStr), "phone": TypeAdapter(Phone)}


class ExternalIdModel(Request):
    """What another system calls the customer."""

    system: Code
    value: Annotated[Name, Field(max_length=128)]


class ContactPointModel(Request):
    """A further way to reach the customer. `label`: whose, or what for (`office`, `mother`)."""

    kind: ContactKind
    value: Text
    label: Name | None = None

    @field_validator("value")
    @classmethod
    def _as_its_kind_demands(cls, value: str, info: ValidationInfo) -> str:
        form = _FORMS.get(info.data.get("kind", ""))
        try:
            return form.validate_python(value) if form else value
        except ValidationError:
            raise ValueError("not one of its kind") from None


def _ids_once_each(ids: list[ExternalIdModel]) -> list[ExternalIdModel]:
    if len({(i.system, i.value) for i in ids}) < len(ids):
        raise ValueError("one of them is here twice")
    return sorted(ids, key=lambda i: (i.system, i.value))


def _points_once_each(points: list[ContactPointModel]) -> list[ContactPointModel]:
    if len({(point.kind, point.value) for point in points}) < len(points):
        raise ValueError("one of them is here twice")
    return sorted(points, key=lambda point: (point.kind, point.value))


class Profile(Request):
    """Everything a client may say of a customer.

    `email`, `phone` and `address` are those that the customer prefers; `contact_points` are all others.
    """

    kind: CustomerKind
    name: Name | None = None
    email: EmailStr | None = None
    phone: Phone | None = None
    birth_date: Day | None = None
    address: Text | None = None
    buying_type: BuyingType | None = None
    lifestyle: Name | None = None
    region: Code | None = None
    sector: Code | None = None
    home_store_id: Id | None = None
    registered_at: OccurredAt | None = None
    simulated: Flag = False
    external_ids: Annotated[list[ExternalIdModel], Field(max_length=50), AfterValidator(_ids_once_each)] = []
    contact_points: Annotated[list[ContactPointModel], Field(max_length=50), AfterValidator(_points_once_each)] = []


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
    """A customer. `merged_into`: whose record this one turned out to be, since `merged_at`; null for most."""

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
    contact_points: list[ContactPointModel]
    completeness: float
    merged_into: str | None
    merged_at: datetime | None
    created_at: datetime
    updated_at: datetime
    version: int
