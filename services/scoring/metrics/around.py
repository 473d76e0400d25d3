"""What the customers around one do, as the close found it: markets whose spend falls, stores that are being left."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from services.scoring.metrics.history import History


class Market(NamedTuple):
    """Customers of one region and sector, where told, who buy in one currency: currencies are never added."""

    region: str | None
    sector: str | None
    currency: str

    @classmethod
    def of(cls, history: History) -> Self | None:
        """The customer's market; None where neither region nor sector is told, or nothing was bought."""
        profile = history.profiles[-1].data if history.profiles else {}
        region, sector = profile.get("region"), profile.get("sector")
        if history.currency is None or region is sector is None:
            return None
        return cls(region, sector, history.currency)


@dataclass(frozen=True, slots=True)
class Around:
    """In the period before the reference: `markets` whose spend fell, `stores` that several customers left."""

    markets: frozenset[Market] = frozenset()
    stores: frozenset[str] = frozenset()

    def to_json(self) -> dict[str, Any]:
        """`{markets: [{region, sector, currency}], stores: [id]}`, sorted."""
        markets = sorted(self.markets, key=lambda market: tuple(part or "" for part in market))
        return {"markets": [market._asdict() for market in markets], "stores": sorted(self.stores)}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """What `to_json` told."""
        return cls(frozenset(Market(**market) for market in told["markets"]), frozenset(told["stores"]))
