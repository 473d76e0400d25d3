"""What happened around a customer and not with them: stores and channels that ended, sectors that decline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from itertools import chain
from typing import Any, NamedTuple, Self

from shared.events.reference import ChannelRetired, SectorDeclined, StoreClosed

Entity = tuple[str, str, Mapping[str, Any]]
"""A reference entity as last told: event type, subject, data."""

TYPES = (StoreClosed.TYPE, ChannelRetired.TYPE, SectorDeclined.TYPE)
"""The events of reference that say it."""


def midnight(day: date) -> datetime:
    """When a UTC day begins."""
    return datetime.combine(day, time(), UTC)


class Decline(NamedTuple):
    """A stretch of UTC days in which a sector declines; the end exclusive, None while it does."""

    since: date
    until: date | None
    region: str | None
    cause: str

    def touches(self, start: datetime, end: datetime, region: str | None) -> bool:
        """Whether it reaches into [start, end), in this region; None: of no region that is known."""
        there = self.region is None or self.region == region
        return there and midnight(self.since) < end and (self.until is None or midnight(self.until) > start)

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """The decline in the data of a `sector.declined` fact, or in what `to_json` of the whole told."""
        until = told.get("until")
        return cls(
            date.fromisoformat(told["since"]),
            None if until is None else date.fromisoformat(until),
            told.get("region"),
            told["cause"],
        )


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`stores`: the day each closed store closed; `channels`: the day each was retired; `sectors`: declines."""

    stores: Mapping[str, date] = field(default_factory=dict)
    channels: Mapping[str, date] = field(default_factory=dict)
    sectors: Mapping[str, tuple[Decline, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, entities: Sequence[Entity]) -> Self:
        """What these entities say, each as last told; other types say nothing of it."""
        told = {kind: {subject: data for each, subject, data in entities if each == kind} for kind in TYPES}
        return cls._read(
            {store: data["closed_on"] for store, data in told[StoreClosed.TYPE].items()},
            {channel: data["retired_on"] for channel, data in told[ChannelRetired.TYPE].items()},
            {sector: data["declines"] for sector, data in told[SectorDeclined.TYPE].items()},
        )

    def changes(self, since: date) -> list[date]:
        """The UTC days from this one on at which something ends or begins to decline.

        That a decline ends takes nothing back: it is felt as long as the evidence reaches into it.
        """
        declines = chain.from_iterable(self.sectors.values())
        begun = chain(self.stores.values(), self.channels.values(), (decline.since for decline in declines))
        return [day for day in begun if day >= since]

    def to_json(self) -> dict[str, Any]:
        """`{stores: {id: day}, channels: {code: day}, sectors: {code: [{since, until, region, cause}]}}`, sorted."""
        return {
            "stores": {store: self.stores[store].isoformat() for store in sorted(self.stores)},
            "channels": {channel: self.channels[channel].isoformat() for channel in sorted(self.channels)},
            "sectors": {sector: [_told(each) for each in self.sectors[sector]] for sector in sorted(self.sectors)},
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """What `to_json` told."""
        return cls._read(told["stores"], told["channels"], told["sectors"])

    @classmethod
    def _read(cls, stores: Mapping[str, str], channels: Mapping[str, str], sectors: Mapping[str, Any]) -> Self:
        return cls(
            stores={store: date.fromisoformat(day) for store, day in stores.items()},
            channels={channel: date.fromisoformat(day) for channel, day in channels.items()},
            sectors={sector: tuple(map(Decline.from_json, declines)) for sector, declines in sectors.items()},
        )


def _told(decline: Decline) -> dict[str, Any]:
    return decline._asdict() | {
        "since": decline.since.isoformat(),
        "until": decline.until and decline.until.isoformat(),
    }
