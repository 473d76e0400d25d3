"""What a process is told by its environment. Nothing here has a default that is a secret or an address.

A variable may also be a file of that name in the folder `SECRETS_DIR`, as Kubernetes mounts secrets.
"""

import os
from typing import TypeVar

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

_KEY = Field(min_length=32, description="of the hashes by which erased ids are known; never to be changed")


class DatabaseSettings(BaseSettings):
    """Where a service's own database is: `postgresql://user:password@host/name`."""

    database_url: str
    log_level: str = "INFO"


class OperationsSettings(DatabaseSettings):
    """Where health and metrics are served."""

    operations_host: str = "0.0.0.0"  # noqa: S104 -- a pod's probes come from outside its loopback
    operations_port: int | None = None


class WebSettings(OperationsSettings):
    """A REST process. `operations_open` serves health, metrics and docs on the API's own port as well."""

    auth_issuer: str
    auth_audience: str
    auth_jwks_url: str
    http_host: str = "0.0.0.0"  # noqa: S104
    http_port: int = Field(default=8000, ge=1, le=65535)
    operations_open: bool = False
    rate_limit: str = "2000/second"
    database_pool: int = Field(default=10, ge=1)
    erasure_key: SecretStr = _KEY


class WorkerSettings(OperationsSettings):
    """A process that talks to the broker (relay, consumer) or works on its own (evaluator)."""

    kafka_bootstrap: str


class ConsumerSettings(WorkerSettings):
    """A process that takes events in, or holds what was made of them."""

    erasure_key: SecretStr = _KEY


S = TypeVar("S", bound=BaseSettings)


def load(kind: type[S]) -> S:
    """The settings of this process; raises `ValidationError` naming what is missing."""
    return kind(_secrets_dir=os.environ.get("SECRETS_DIR"))
