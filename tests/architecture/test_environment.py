"""`.env.example` and the code name the same variables, and the example shows the true defaults."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel
from pydantic_settings import BaseSettings

from shared import settings

ROOT = Path(__file__).parents[2]
LINE = re.compile(r"^(#?)([A-Z][A-Z0-9_]*)=(.*)$", re.MULTILINE)
READ = re.compile(r"""environ(?:ment)?(?:\.get\(|\[)\s*"([A-Z][A-Z0-9_]*)\"""")
NOT_FOR_PEOPLE = {"CRM_STACK", "CRM_TOKEN"}
"""What the supervisor tells its children."""


def classes() -> set[type[BaseSettings]]:
    """Every settings class: the shared ones and each service's own."""
    modules = [settings] + [
        importlib.import_module(f"services.{path.parent.name}.settings") for path in ROOT.glob("services/*/settings.py")
    ]
    found = (value for module in modules for value in vars(module).values() if isinstance(value, type))
    return {kind for kind in found if issubclass(kind, BaseSettings) and kind is not BaseSettings}


def variables(kind: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, bool]]:
    """The variables that fill `kind`, and whether each is required."""
    for name, field in kind.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from variables(field.annotation, f"{prefix}{name.upper()}__")
        else:
            yield prefix + name.upper(), field.is_required() and not prefix


def of_settings() -> dict[str, bool]:
    """By variable, whether it is required; a nested one never is: its model is partly updated."""
    return dict(pair for kind in classes() for pair in variables(kind))


def read_elsewhere() -> set[str]:
    """The variables that code reads by name, and those of the compose file."""
    code = [path.read_text() for root in ("shared", "deploy") for path in (ROOT / root).rglob("*.py")]
    compose = (ROOT / "deploy/compose/compose.yaml").read_text()
    return {name for text in code for name in READ.findall(text)} | set(re.findall(r"\$\{([A-Z_]+)", compose))


def example(text: str) -> dict[str, tuple[bool, str]]:
    """By variable, whether its line is live, and its value."""
    return {name: (not hash_, value) for hash_, name, value in LINE.findall(text)}


KINDS = {kind.__name__: kind for kind in classes()}
EXAMPLE = example((ROOT / ".env.example").read_text())


def test_both_name_the_same_variables() -> None:
    assert set(EXAMPLE) == (set(of_settings()) | read_elsewhere()) - NOT_FOR_PEOPLE


def test_required_lines_are_live_and_the_others_commented() -> None:
    assert {name: EXAMPLE[name][0] for name in of_settings()} == of_settings()


def test_every_line_is_explained() -> None:
    text = (ROOT / ".env.example").read_text()
    paragraphs = re.split(r"\n\n+", text)
    assert all(re.search(r"^# ", part, re.MULTILINE) for part in paragraphs)


@pytest.mark.parametrize("name_of_kind", sorted(KINDS))
def test_commented_lines_show_the_defaults(name_of_kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = KINDS[name_of_kind]
    own = dict(variables(kind))
    for name, required in own.items():
        monkeypatch.delenv(name, raising=False)
        if required:
            monkeypatch.setenv(name, EXAMPLE[name][1])
    defaults = settings.load(kind)
    for name in own:
        monkeypatch.setenv(name, EXAMPLE[name][1])
    shown = settings.load(kind)
    without_default = {"operations_port"}
    assert shown.model_dump(exclude=without_default) == defaults.model_dump(exclude=without_default)


def test_a_secret_may_be_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # As Kubernetes mounts it: the file is a link into a folder that is swapped as a whole.
    (tmp_path / "..data").mkdir()
    (tmp_path / "..data/database_url").write_text("postgresql://host/name\n")
    (tmp_path / "database_url").symlink_to("..data/database_url")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("SECRETS_DIR", str(tmp_path))
    assert settings.load(settings.DatabaseSettings).database_url == "postgresql://host/name"
