"""deploy/compose runs the same processes as the local stack, each with the settings it needs, in the right order."""

from typing import Any

import pytest
import yaml

from deploy.compose.topics import script
from deploy.local.containers import KAFKA_IMAGE, POSTGRES_IMAGE
from deploy.local.issuer import AUDIENCE, ISSUER
from deploy.local.kafka.configuration import SETTINGS
from deploy.local.postgres.databases import SERVICES
from deploy.local.processes import PROCESSES
from tests.deploy_manifests.manifests import ROOT
from tests.deploy_manifests.settings import known, missing, settings_of

FOLDER = ROOT / "deploy/compose"
COMPOSE: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text())
CONTAINERS: dict[str, dict[str, Any]] = COMPOSE["services"]
SERVERS = {"postgres", "kafka", "topics"}
RUNNING = {f"{process.service}-{process.role}": process for process in PROCESSES}
MIGRATIONS = {f"{service}-migrate": service for service in SERVICES}
DONE, HEALTHY = "service_completed_successfully", "service_healthy"


def after(name: str) -> dict[str, str]:
    """By name, the condition on which a container waits."""
    return {other: each["condition"] for other, each in CONTAINERS[name].get("depends_on", {}).items()}


def test_it_runs_the_processes_of_the_local_stack() -> None:
    assert set(CONTAINERS) == {*SERVERS, *RUNNING, *MIGRATIONS}


@pytest.mark.parametrize("name", [*RUNNING, *MIGRATIONS])
def test_each_process_is_told_what_it_needs(name: str) -> None:
    service, _, role = name.partition("-")
    container = CONTAINERS[name]
    given = set(container["environment"])
    assert container["command"] == [f"services.{service}.main", role]
    assert not missing(settings_of(service, role), given)
    assert known(given) == given
    assert container["environment"]["DATABASE_URL"].endswith(f"@postgres/{service}")
    assert container["read_only"] is True
    assert container["cap_drop"] == ["ALL"]


def test_a_missing_setting_is_found() -> None:
    given = set(CONTAINERS["scoring-consumer"]["environment"]) - {"KAFKA_BOOTSTRAP"}
    assert missing(settings_of("scoring", "consumer"), given) == {"KAFKA_BOOTSTRAP"}
    assert known(given | {"KAFKA_BOOTSTRAPS"}) == given


@pytest.mark.parametrize("name", RUNNING)
def test_each_process_is_asked_on_the_port_it_serves(name: str) -> None:
    container = CONTAINERS[name]
    port = container["environment"]["OPERATIONS_PORT"]
    assert f"127.0.0.1:{port}/readyz" in container["healthcheck"]["test"][-1]
    process = RUNNING[name]
    if process.role == "web":
        assert container["ports"] == [f"127.0.0.1:{8000 + process.port}:8000"]


def test_each_waits_for_what_it_needs() -> None:
    assert after("topics") == {"kafka": HEALTHY}
    assert all(after(name) == {"postgres": HEALTHY} for name in MIGRATIONS)
    for name, process in RUNNING.items():
        broker = {"topics": DONE} if process.role in {"relay", "worker", "consumer", "evaluator"} else {}
        assert after(name) == {f"{process.service}-migrate": DONE} | broker


def test_tokens_of_the_local_issuer_are_accepted() -> None:
    for process in PROCESSES:
        if process.role == "web":
            container = CONTAINERS[f"{process.service}-web"]
            environment = container["environment"]
            assert (environment["AUTH_ISSUER"], environment["AUTH_AUDIENCE"]) == (ISSUER, AUDIENCE)
            (mount,) = container["volumes"]
            assert environment["AUTH_JWKS_URL"] == f"file://{mount['target']}"
            assert mount["read_only"] is True


def test_the_servers_are_those_of_the_tests() -> None:
    assert CONTAINERS["postgres"]["image"] == POSTGRES_IMAGE
    assert CONTAINERS["kafka"]["image"] == CONTAINERS["topics"]["image"] == KAFKA_IMAGE
    told = {"KAFKA_" + name.upper().replace(".", "_"): value for name, value in SETTINGS.items()}
    assert told.items() <= CONTAINERS["kafka"]["environment"].items()


def test_the_databases_are_made() -> None:
    made = [line for line in (FOLDER / "databases.sql").read_text().splitlines() if not line.startswith("--")]
    settings = "TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
    assert made == [f"CREATE DATABASE {service} {settings};" for service in SERVICES]


def test_the_topics_script_is_up_to_date() -> None:
    assert (FOLDER / "topics.sh").read_text() == script()
