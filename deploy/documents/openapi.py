"""The OpenAPI 3.1 documents of the four services, from their applications."""

from collections.abc import Callable
from typing import Any, get_type_hints

from fastapi import FastAPI

from services.complaints import web as complaints
from services.customers import web as customers
from services.loyalty import web as loyalty
from services.scoring import web as scoring

BUILDERS: dict[str, Callable[[Any], FastAPI]] = {
    "customers": customers.build,
    "complaints": complaints.build,
    "loyalty": loyalty.build,
    "scoring": scoring.build,
}
NOWHERE = {"database_url": "postgresql://nowhere/nothing", "auth_jwks_url": "file:///nowhere"}
SOMETHING = "not-told-to-a-document-" * 2


def openapi(service: str) -> dict[str, Any]:
    """The document of one service. Its application is built and never started: nothing is connected to."""
    build = BUILDERS[service]
    kind = get_type_hints(build)["settings"]
    required = (name for name, field in kind.model_fields.items() if field.is_required())
    return build(kind(**{name: NOWHERE.get(name, SOMETHING) for name in required})).openapi()
