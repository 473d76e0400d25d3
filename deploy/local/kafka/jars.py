"""The broker's jars: which ones they must be, and whether the files at hand are those."""

import hashlib
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

SPEC = Path(__file__).with_name("jgo.toml")
LOCK = Path(__file__).with_name("jars.lock.toml")


class JarError(Exception):
    """A jar is not the locked one, or the set of jars is not the locked set."""


@dataclass(frozen=True, slots=True, order=True)
class Jar:
    """One locked file; `sha256` is 64 hex digits."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def path(self) -> Path:
        """Where a Maven repository keeps it, relative to its root."""
        folder = Path(*self.group.split(".")) / self.artifact / self.version
        return folder / f"{self.artifact}-{self.version}.jar"


def sha256_of(path: Path) -> str:
    """The file's SHA-256 in hex; `OSError` if it cannot be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_lock(lock: Path = LOCK) -> tuple[Jar, ...]:
    """The locked jars in class-path order."""
    return tuple(Jar(**entry) for entry in tomllib.loads(lock.read_text())["jar"])


def write_lock(jars: Iterable[Jar], lock: Path = LOCK) -> None:
    """Replaces the lock file. Names and hashes alone: it changes only when a jar does."""
    fields = ("group", "artifact", "version", "sha256")
    entries = ("\n".join(["[[jar]]", *(f'{field} = "{getattr(jar, field)}"' for field in fields)]) for jar in jars)
    lock.write_text("# Made by: python -m deploy.local.kafka.lock\n\n" + "\n\n".join(entries) + "\n")


def unfit(jars: Iterable[Jar], repository: Path) -> list[str]:
    """The locked jars that `repository` lacks or has with another hash, one line each; empty = all fit."""
    return [f"{jar.path.name}: {fault}" for jar in jars if (fault := _fault(jar, repository / jar.path))]


def _fault(jar: Jar, path: Path) -> str | None:
    if not path.is_file():
        return "missing"
    found = sha256_of(path)
    return None if found == jar.sha256 else f"SHA-256 {found}, locked is {jar.sha256}"


def require_same(locked: Sequence[Jar], resolved: Sequence[Jar]) -> None:
    """Raises `JarError` naming every jar that is not in both sets with the same version and hash."""
    expected, found = set(locked), set(resolved)
    faults = [f"not locked: {jar.path.name} {jar.sha256}" for jar in sorted(found - expected)]
    faults += [f"locked, but not resolved: {jar.path.name} {jar.sha256}" for jar in sorted(expected - found)]
    if faults:
        raise JarError("the broker's jars are not the locked ones, nothing was started:\n  " + "\n  ".join(faults))
