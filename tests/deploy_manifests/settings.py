"""Which settings class a process loads, and whether an environment satisfies it."""

from collections.abc import Mapping

from pydantic_settings import BaseSettings

from services.complaints.settings import ComplaintsSettings
from services.customers.settings import CustomersSettings
from shared.settings import ConsumerSettings, DatabaseSettings, WebSettings, WorkerSettings

BY_ROLE: Mapping[str, type[BaseSettings]] = {
    "web": WebSettings,
    "relay": WorkerSettings,
    "migrate": DatabaseSettings,
    "close": DatabaseSettings,
    "train": DatabaseSettings,
    "worker": ConsumerSettings,
}
OWN: Mapping[tuple[str, str], type[BaseSettings]] = {
    ("complaints", "web"): ComplaintsSettings,
    ("customers", "web"): CustomersSettings,
    ("scoring", "consumer"): ConsumerSettings,
    ("scoring", "evaluator"): ConsumerSettings,
}
"""Where a role is told more."""


def settings_of(service: str, role: str) -> type[BaseSettings]:
    """As the role's own module loads them."""
    return OWN.get((service, role)) or BY_ROLE[role]


def missing(kind: type[BaseSettings], given: set[str]) -> set[str]:
    """Required variables that are not given."""
    return {name.upper() for name, field in kind.model_fields.items() if field.is_required()} - given


def known(given: set[str]) -> set[str]:
    """Those of `given` that some process of ours reads."""
    kinds: list[type[BaseSettings]] = [*BY_ROLE.values(), *OWN.values()]
    fields = {name.upper() for kind in kinds for name in kind.model_fields}
    return given & (fields | {"SECRETS_DIR"})
