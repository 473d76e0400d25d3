"""What is known of a customer beside what they do: the codes of their profile."""

from collections.abc import Mapping
from typing import Any

from services.scoring.metrics.history import History

CODES = ("kind", "region", "sector", "home_store_id")


def profile(history: History) -> Mapping[str, Any]:
    """The codes as last told, each None where it is not."""
    last = history.profiles[-1].data if history.profiles else {}
    return {code: last.get(code) for code in CODES}
