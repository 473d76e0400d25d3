"""Requests and answers about the logbook."""

from datetime import datetime

from pydantic import ValidationInfo, field_validator

from shared.web.fields import Code, Flag, Id, NewEntity, OccurredAt, Text, View


class NewEntry(NewEntity):
    """An entry: an accident, an incident, a note, or whatever else a store writes down.

    `corrects`: the entry that this one mends. `customer_id`: of whom the words speak; where nobody says so, it is the
    customer of the entry that it mends, or of the incident.
    """

    store_id: Id
    kind: Code
    occurred_at: OccurredAt
    reported_by: Id | None = None
    note: Text | None = None
    incident_id: Id | None = None
    corrects: Id | None = None
    simulated: Flag = False
    customer_id: Id | None = None

    @field_validator("customer_id")
    @classmethod
    def _spoken_of(cls, customer_id: str | None, info: ValidationInfo) -> str | None:
        if customer_id is not None and info.data.get("note") is None and info.data.get("incident_id") is None:
            raise ValueError("without words, and without an incident, an entry speaks of nobody")
        return customer_id


class EntryView(View):
    """An entry. `note`: null where there never were words, and where their customer demanded to be forgotten.

    `customer_id`: of whom the words speak, where we know it.
    """

    id: str
    store_id: str
    kind: str
    occurred_at: datetime
    reported_by: str | None
    note: str | None
    customer_id: str | None
    incident_id: str | None
    corrects: str | None
    simulated: bool
    created_at: datetime
    version: int
