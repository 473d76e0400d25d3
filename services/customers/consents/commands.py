"""What can be done with consents: grant, withdraw."""

from datetime import datetime
from typing import Any

from services.customers.consents.tables import Consent
from services.customers.profiles.present import present
from shared.events.customers import ConsentGranted, ConsentWithdrawn
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.entities import for_update
from shared.web.preconditions import check_match, demand_match
from shared.web.problems import NOT_FOUND, WRONG_STATE, Problem

Key = tuple[str, str, str]
"""Customer, purpose, channel."""


async def grant(tx: Transaction, key: Key, granted_at: datetime, source: str, if_match: str | None) -> Consent:
    """Note that the customer agreed; the same again does nothing, a different grant needs `If-Match`."""
    await present(tx, key[0])
    consent = await for_update(tx, Consent, key)
    before = None if consent is None else _standing(consent)
    if consent is None:
        check_match(if_match, None)
        consent = _new(key, granted_at, source)
        tx.session.add(consent)
    elif consent.withdrawn_at is None and (consent.granted_at, consent.source) == (granted_at, source):
        return consent
    else:
        _renew(consent, granted_at, source, if_match)
    await note(tx, _part(consent), "grant", before=before, after=_standing(consent), at=granted_at)
    granted = ConsentGranted(purpose=key[1], channel=key[2])
    await tx.record(granted, key=key[0], subject=_subject(key), time=granted_at)
    return consent


async def withdraw(tx: Transaction, key: Key, occurred_at: datetime | None, if_match: str | None) -> Consent:
    """Note that the customer withdrew, now where no moment is told. It is never made hard: no version is asked for.

    It ends the grant that stands, so it is never before that; raises 409 for a moment that would be.
    """
    await present(tx, key[0])
    consent = await for_update(tx, Consent, key)
    if consent is None:
        raise Problem(NOT_FOUND, "no such consent was ever given")
    if consent.withdrawn_at is not None:
        return consent
    check_match(if_match, consent.version)
    if occurred_at is not None and occurred_at < consent.granted_at:
        raise Problem(WRONG_STATE, "it was granted after that")
    before, moment = _standing(consent), occurred_at or max(tx.recorded, consent.granted_at)
    consent.withdrawn_at, consent.version = moment, consent.version + 1
    await note(tx, _part(consent), "withdraw", before=before, after=_standing(consent), at=moment)
    withdrawn = ConsentWithdrawn(purpose=key[1], channel=key[2])
    await tx.record(withdrawn, key=key[0], subject=_subject(key), time=moment)
    return consent


def _new(key: Key, granted_at: datetime, source: str) -> Consent:
    customer_id, purpose, channel = key
    return Consent(customer_id=customer_id, purpose=purpose, channel=channel, source=source, granted_at=granted_at)


def _renew(consent: Consent, granted_at: datetime, source: str, if_match: str | None) -> None:
    demand_match(if_match, consent.version)
    if consent.withdrawn_at is not None and granted_at <= consent.withdrawn_at:
        raise Problem(WRONG_STATE, "it was withdrawn after that")
    consent.granted_at, consent.source, consent.withdrawn_at = granted_at, source, None
    consent.version += 1


def _standing(consent: Consent) -> dict[str, Any]:
    return consent.model_dump(include={"source", "granted_at", "withdrawn_at"})


def _part(consent: Consent) -> Subject:
    part = f"consents/{consent.purpose}/{consent.channel}"
    return Subject("customer", consent.customer_id, consent.version, part)


def _subject(key: Key) -> str:
    return f"{key[1]}:{key[2]}"
