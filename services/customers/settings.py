"""What the customers service's web process is told by its environment."""

from shared.settings import WebSettings


class CustomersSettings(WebSettings):
    """Where an export (C10) finds the other services: `http://host:port`, as this process reaches them."""

    complaints_url: str
    loyalty_url: str
    scoring_url: str
