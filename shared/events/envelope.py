"""The CloudEvents 1.0 envelope (structured JSON) and the registry of event types."""

import re
from collections.abc import Callable
from typing import Any, ClassVar, Literal, TypeVar

from pydantic import SerializeAsAny, ValidationError
from pydantic_core import from_json

from shared.events.topics import Topic
from shared.events.values import Id, PartitionKey, Text, Time, Value

SCHEMA_URI = "urn:elevenfold:schema:"
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")


class ContractError(ValueError):
    """A record that is not a valid event of a known type; the text says where it is wrong."""


class UnknownTypeError(ContractError):
    """A well-formed event whose type nobody registered."""


class Payload(Value):
    """The `data` of one event type. `TYPE` and `TOPIC` are set by `event`."""

    TYPE: ClassVar[str]
    TOPIC: ClassVar[Topic]


class Event(Value):
    """One CloudEvent.

    `time` is when it happened, `recordedtime` when it was taken; `partitionkey` is the Kafka key: the
    customer, or `store:<id>`; `subject` the entity it speaks of (a purchase, a complaint …).
    """

    specversion: Literal["1.0"] = "1.0"
    id: Text
    source: Text
    type: Text
    time: Time
    recordedtime: Time
    subject: Text
    partitionkey: PartitionKey
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: str | None = None
    traceparent: Text | None = None
    storeid: Id | None = None
    data: SerializeAsAny[Payload]

    def to_json(self) -> bytes:
        """The record's value on Kafka: UTF-8 JSON, absent attributes left out."""
        return self.model_dump_json(exclude_none=True).encode()


class _Undecided(Event):
    data: Any


P = TypeVar("P", bound=Payload)
REGISTRY: dict[str, type[Payload]] = {}


def event(name: str, topic: Topic) -> Callable[[type[P]], type[P]]:
    """Register a payload class as event type `name` (`crm.….v1`) of `topic`."""

    def register(payload: type[P]) -> type[P]:
        if name in REGISTRY:
            raise ValueError(f"event type {name} is registered twice")
        payload.TYPE, payload.TOPIC = name, topic
        REGISTRY[name] = payload
        return payload

    return register


def schema_uri(name: str) -> str:
    """The `dataschema` of an event type."""
    return SCHEMA_URI + name


def decode(raw: bytes) -> Event:
    """The event in a record's value.

    Raises `UnknownTypeError` for a type nobody registered, `ContractError` for anything else that is wrong.
    """
    try:
        envelope = _Undecided.model_validate(from_json(raw, allow_inf_nan=False))
        payload = REGISTRY.get(envelope.type)
        if payload is None:
            raise UnknownTypeError(f"unknown event type {_shown(envelope.type)}")
        data = payload.model_validate(envelope.data)
    except ValidationError as error:
        raise ContractError(_explain(error)) from None
    except UnknownTypeError:
        raise
    except ValueError as error:
        raise ContractError(f"not JSON: {error}") from None
    return Event.model_construct(**{**envelope.__dict__, "data": data})


def _shown(name: str) -> str:
    # It goes into logs and headers, and a third party may have put anything there, a person's name too.
    return name if _NAME.fullmatch(name) else "?"


def _explain(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    return f"{error.title}: /{'/'.join(str(part) for part in first['loc'])}: {first['msg']}"
