"""A customer as commands and queries hand them on."""

from dataclasses import dataclass
from typing import Any

from services.customers.duplicates.domain import Key, keys_of
from services.customers.profiles.domain import completeness
from services.customers.profiles.models import ContactPointModel, CustomerView, ExternalIdModel, Profile
from services.customers.profiles.tables import Customer

LISTS = ("external_ids", "contact_points")
"""The fields of a profile that have tables of their own."""
OWN = tuple(name for name in Profile.model_fields if name not in LISTS)
"""The fields of a profile that are columns of the customer's row."""


@dataclass(frozen=True, slots=True)
class Known:
    """A customer with what has tables of its own; `existed`: whether they were there before the command."""

    customer: Customer
    external_ids: list[ExternalIdModel]
    contact_points: list[ContactPointModel]
    existed: bool = False

    def profile(self) -> Profile:
        """What the client said of them."""
        lists: dict[str, Any] = {name: getattr(self, name) for name in LISTS}
        return Profile.model_construct(**own(self.customer), **lists)

    def view(self) -> CustomerView:
        """The answer that shows them."""
        return CustomerView(
            **self.customer.model_dump(),
            external_ids=self.external_ids,
            contact_points=self.contact_points,
            completeness=completeness(self.customer.model_dump()),
        )


def own(said: Profile | Customer) -> dict[str, Any]:
    """The fields that are columns of the customer's row."""
    return {name: getattr(said, name) for name in OWN}


def told(profile: Profile) -> dict[str, Any]:
    """All fields, as a history tells them."""
    return own(profile) | {name: [item.model_dump() for item in getattr(profile, name)] for name in LISTS}


def match_keys(profile: Profile) -> list[Key]:
    """By what duplicates of the customer are found."""
    reached = {kind: [p.value for p in profile.contact_points if p.kind == kind] for kind in ("email", "phone")}
    emails = [email for email in (profile.email, *reached["email"]) if email]
    phones = [phone for phone in (profile.phone, *reached["phone"]) if phone]
    return keys_of(profile.name, emails, phones, [i.value for i in profile.external_ids])
