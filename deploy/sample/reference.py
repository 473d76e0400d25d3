"""The smaller tables: departments, stores, demographics, campaigns with their deliveries and redemptions."""

from collections import defaultdict
from collections.abc import Container
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from deploy.sample.bodies import Body, customer_id
from deploy.sample.files import rows, table

KINDS = {"Type A": "personal", "Type B": "mass", "Type C": "mass"}
CHANNEL = "mail"


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign, the households that it was sent to, and the days on which they redeemed its coupons."""

    id: str
    type: str
    starts_on: date
    ends_on: date
    households: list[int] = field(default_factory=list)
    redemptions: list[tuple[int, date]] = field(default_factory=list)

    def body(self) -> Body:
        """It as it is created; nobody was held back as a control group."""
        return {
            "id": self.id,
            "name": f"Campaign {self.id} ({self.type})",
            "kind": KINDS[self.type],
            "offer_kind": "coupon",
            "starts_on": self.starts_on.isoformat(),
            "ends_on": self.ends_on.isoformat(),
            "purpose": "marketing",
            "control_share": "0",
        }

    def deliveries(self) -> list[Body]:
        """One for each household, on the first day."""
        at = _day_begins(self.starts_on)
        return [{"customer_id": customer_id(h), "delivered_at": at, "channel": CHANNEL} for h in self.households]

    def responses(self) -> list[Body]:
        """One for each household and day: a dozen coupons handed in together are one answer."""
        return [
            {"customer_id": customer_id(household), "responded_at": _day_begins(day), "kind": "redeemed"}
            for household, day in self.redemptions
        ]


def departments() -> list[str]:
    """The departments of the product table."""
    return sorted(set(table("products", ["department"])["department"].to_pylist()))


def stores() -> list[int]:
    """The stores that sold anything."""
    return sorted(table("transactions", ["store_id"])["store_id"].unique().to_pylist())


def demographics() -> dict[int, str]:
    """Who lives in a household, in the survey's words."""
    told = rows("demographics", ["household_id", "household_comp"])
    return {row["household_id"]: row["household_comp"] for row in told if row["household_comp"]}


def campaigns(households: Container[int]) -> list[Campaign]:
    """All of them, with what concerns these households."""
    sent, redeemed = defaultdict(list), defaultdict(set)
    for row in rows("campaigns"):
        sent[row["campaign_id"]].append(row["household_id"])
    for row in rows("coupon_redemptions", ["campaign_id", "household_id", "redemption_date"]):
        redeemed[row["campaign_id"]].add((row["household_id"], row["redemption_date"].date()))
    return [
        _campaign(
            row,
            sorted(h for h in sent[row["campaign_id"]] if h in households),
            sorted(r for r in redeemed[row["campaign_id"]] if r[0] in households),
        )
        for row in rows("campaign_descriptions")
    ]


def _campaign(row: dict[str, Any], households: list[int], redemptions: list[tuple[int, date]]) -> Campaign:
    starts, ends = row["start_date"].date(), row["end_date"].date()
    return Campaign(str(row["campaign_id"]), row["campaign_type"], starts, ends, households, redemptions)


def _day_begins(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"
