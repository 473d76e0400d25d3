"""A customer as commands and queries hand them on."""

from dataclasses import dataclass

from services.customers.profiles.domain import completeness
from services.customers.profiles.models import CustomerView, ExternalIdModel, Profile
from services.customers.profiles.tables import Customer

OWN = tuple(name for name in Profile.model_fields if name != "external_ids")
"""The fields of a profile that are columns of the customer's row."""


@dataclass(frozen=True, slots=True)
class Known:
    """A customer with their external ids; `existed`: whether they were there before the command."""

    customer: Customer
    external_ids: list[ExternalIdModel]
    existed: bool = False

    def profile(self) -> Profile:
        """What the client said of them."""
        return Profile.model_construct(
            **{name: getattr(self.customer, name) for name in OWN}, external_ids=self.external_ids
        )

    def view(self) -> CustomerView:
        """The answer that shows them."""
        return CustomerView(
            **self.customer.model_dump(),
            external_ids=self.external_ids,
            completeness=completeness(self.customer.model_dump()),
        )
