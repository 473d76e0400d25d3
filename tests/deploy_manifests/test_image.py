"""deploy/Dockerfile and .dockerignore: what goes into the image, and as whom it runs."""

import json
import re
import tomllib

import pytest

from tests.deploy_manifests.manifests import ROOT, workloads
from tests.deploy_manifests.test_compose import CONTAINERS, MIGRATIONS, RUNNING

DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text()


def instructions(text: str) -> list[tuple[str, str]]:
    """Instruction and rest, comments dropped and continued lines joined."""
    lines = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ").splitlines()
    return [(word, re.sub(r"\s+", " ", rest)) for word, _, rest in (line.partition(" ") for line in lines if line)]


STEPS = instructions(DOCKERFILE)
FINAL = STEPS[max(index for index, (word, _) in enumerate(STEPS) if word == "FROM") :]


def of(word: str, steps: list[tuple[str, str]] = STEPS) -> list[str]:
    """What follows each instruction of that name."""
    return [rest for found, rest in steps if found == word]


def test_both_locks_are_installed_with_hashes_and_nothing_else() -> None:
    (install, _) = of("RUN")
    commands = [command for command in install.split("&&") if " install " in command]
    assert [re.findall(r"-r (\S+)", command) for command in commands] == [
        ["/requirements/bootstrap.txt"],
        ["/requirements/runtime.txt"],
    ]
    assert all("--require-hashes" in command for command in commands)
    assert "dev.txt" not in DOCKERFILE


def test_the_final_stage_holds_packages_and_code() -> None:
    assert of("COPY", FINAL) == ["--from=packages /opt/venv /opt/venv", "shared shared", "services services"]


def test_it_runs_as_nobody_in_particular() -> None:
    (user,) = of("USER")
    uid, gid = map(int, user.split(":"))
    assert min(uid, gid) > 10000
    assert {w.pod["securityContext"]["runAsUser"] for w in workloads()} == {uid}


def test_signals_reach_python() -> None:
    (entry,) = of("ENTRYPOINT")
    assert json.loads(entry) == ["python", "-m"]


def test_a_read_only_root_is_enough() -> None:
    assert "PYTHONDONTWRITEBYTECODE=1" in of("ENV")[0]


def test_the_base_names_no_registry() -> None:
    assert of("ARG")[0] == "BASE=python:3.13-slim"
    assert {image.split()[0] for image in of("FROM")} == {"${BASE}"}


@pytest.mark.parametrize("path", ["services/", "shared/", "requirements/bootstrap.txt", "requirements/runtime.txt"])
def test_the_context_is_what_is_copied(path: str) -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    kept = {line[1:] for line in lines if line.startswith("!")}
    assert "*" in lines
    assert path.rstrip("/") in kept
    assert len(kept) == 4


def test_one_version_everywhere() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    images = {w.container["image"] for w in workloads()} | {CONTAINERS[name]["image"] for name in RUNNING | MIGRATIONS}
    assert images == {f"elevenfold:{version}"}
