"""What a profile is, and how complete it is."""

from collections.abc import Mapping
from typing import Literal

CustomerKind = Literal["individual", "organization"]
BuyingType = Literal["rational", "emotional"]
ContactKind = Literal["email", "phone", "address", "other"]

_COMMON = ("name", "email", "phone", "address", "buying_type", "region", "home_store_id")
_OF_KIND = {"individual": ("birth_date", "lifestyle"), "organization": ("sector",)}


def completeness(profile: Mapping[str, object]) -> float:
    """The share of the fields that apply to this kind of customer and are filled, 0 to 1."""
    fields = _COMMON + _OF_KIND[str(profile["kind"])]
    return round(sum(profile.get(field) is not None for field in fields) / len(fields), 4)
