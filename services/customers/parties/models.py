"""Requests and answers about parties."""

from datetime import datetime
from typing import Any, Self

from pydantic import model_validator

from services.customers.parties.domain import PartyKind, RefusedError, check_home
from shared.web.fields import Flag, Id, Name, NewEntity, OccurredAt, Request, View


class NewParty(NewEntity):
    """A vendor, supplier, intermediary, partner or employee; `occurred_at`: since when, if that is known."""

    kind: PartyKind
    name: Name | None = None
    home_store_id: Id | None = None
    occurred_at: OccurredAt | None = None
    simulated: Flag = False

    @model_validator(mode="after")
    def _at_home(self) -> Self:
        try:
            check_home(self.kind, self.home_store_id)
        except RefusedError as error:
            raise ValueError(str(error)) from None
        return self


class PartyPatch(Request):
    """Fields to change (JSON merge patch); those not sent stay as they are."""

    name: Name | None = None
    home_store_id: Id | None = None

    def changes(self) -> dict[str, Any]:
        """The fields that were sent."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class Leaving(Request):
    """The party leaves, now where no moment is told; `replaced_by`: the party that takes their place, if one does."""

    occurred_at: OccurredAt | None = None
    replaced_by: Id | None = None


class PartyView(View):
    """A party; `left_at` is null while they are here."""

    id: str
    kind: PartyKind
    name: str | None
    home_store_id: str | None
    occurred_at: datetime | None
    left_at: datetime | None
    replaced_by: str | None
    simulated: bool
    created_at: datetime
    version: int
