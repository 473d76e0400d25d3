"""Requests and answers about the logbook."""

from datetime import datetime

from shared.web.fields import Code, Flag, Id, NewEntity, OccurredAt, Text, View


class NewEntry(NewEntity):
    """An entry: an accident, an incident, a note, or whatever else a store writes down.

    `customer_id`: of whom the words speak; the incident's customer where it names one. `corrects`: the entry that this
    one mends.
    """

    store_id: Id
    kind: Code
    occurred_at: OccurredAt
    reported_by: Id | None = None
    note: Text | None = None
    customer_id: Id | None = None
    incident_id: Id | None = None
    corrects: Id | None = None
    simulated: Flag = False


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
