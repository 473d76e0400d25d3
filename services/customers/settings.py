"""What the customers service's web process is told by its environment."""

from pydantic import Field

from shared.settings import WebSettings


class CustomersSettings(WebSettings):
    """Where an export (C10) finds the other services: `http://host:port`, as this process reaches them.

    `baggage_retention_days`: how long an unclaimed bag is kept. `baggage_owner_days`: how long an owner who was
    contacted is waited for (C08).
    """

    complaints_url: str
    loyalty_url: str
    scoring_url: str
    baggage_retention_days: int = Field(default=30, ge=1, le=3650)
    baggage_owner_days: int = Field(default=7, ge=1, le=3650)
