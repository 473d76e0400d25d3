"""Fetches the broker's jars by `jgo`, and puts them where the next start finds them."""

import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from deploy.local.kafka.jars import LOCK, SPEC, Jar, read_lock, require_same, sha256_of, unfit

Say = Callable[[str], None]


def local_repository() -> Path:
    """The user's Maven repository, as jgo knows it (`~/.m2/repository` unless configured)."""
    # Imported where it is used: jgo takes 0.3 s, which `make token` need not wait for.
    from jgo.config import GlobalSettings

    return Path(GlobalSettings.load().repo_cache)


def class_path(say: Say, lock: Path = LOCK) -> list[Path]:
    """The locked jars' files, fetched first if one is missing or not the locked one.

    Raises `JarError` when what was fetched differs from the lock.
    """
    locked, repository = read_lock(lock), local_repository()
    if faults := unfit(locked, repository):
        say(f"fetching {len(locked)} jars of Apache Kafka (once, half a minute): {faults[0]}")
        _install(locked, repository)
    return [repository / jar.path for jar in locked]


def _install(locked: tuple[Jar, ...], repository: Path) -> None:
    """Resolves beside `repository` and moves in what was verified: a broken download never gets there."""
    repository.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=repository.parent, prefix=".elevenfold-") as staging:
        require_same(locked, resolve(Path(staging)))
        for jar in locked:
            target = repository / jar.path
            target.parent.mkdir(parents=True, exist_ok=True)
            (Path(staging) / jar.path).replace(target)


def resolve(into: Path) -> tuple[Jar, ...]:
    """Resolves jgo.toml into the empty repository `into` and answers what arrived, with its hashes.

    Only jgo's resolver is used: its environments classify jars with a JDK that they would fetch.
    """
    from jgo.config import GlobalSettings
    from jgo.env import EnvironmentBuilder, EnvironmentSpec
    from jgo.maven import MavenContext

    settings = GlobalSettings.load()
    context = MavenContext(repo_cache=into, remote_repos=settings.repositories or None, timeout=60)
    wanted = EnvironmentBuilder(context=context).spec_to_dependencies(EnvironmentSpec.load(SPEC))
    direct, transitive = context.resolver.resolve(wanted)
    artifacts = [dependency.artifact for dependency in (*direct, *transitive)]
    with ThreadPoolExecutor(8) as pool:
        paths = [Path(path) for path in pool.map(lambda artifact: artifact.resolve(), artifacts)]
    return tuple(
        Jar(artifact.groupId, artifact.artifactId, artifact.version, sha256_of(path))
        for artifact, path in zip(artifacts, paths, strict=True)
    )
