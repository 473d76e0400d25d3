"""The lock of the broker's jars bites."""

from pathlib import Path

import pytest

from deploy.local.kafka import maven
from deploy.local.kafka.jars import Jar, JarError, read_lock, require_same, sha256_of, unfit, write_lock


def _jar(repository: Path, artifact: str, content: bytes) -> Jar:
    path = repository / Jar("org.example", artifact, "1.0", "").path
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return Jar("org.example", artifact, "1.0", sha256_of(path))


def test_names_the_jar_with_a_planted_hash_and_the_missing_one(tmp_path: Path) -> None:
    good, bad = _jar(tmp_path, "good", b"1"), _jar(tmp_path, "bad", b"2")
    missing = Jar("org.example", "missing", "1.0", "0" * 64)
    assert unfit([good, bad], tmp_path) == []

    (tmp_path / bad.path).write_bytes(b"planted")

    faults = unfit([good, bad, missing], tmp_path)
    assert [fault.split(":")[0] for fault in faults] == ["bad-1.0.jar", "missing-1.0.jar"]
    assert bad.sha256 in faults[0]


def test_refuses_what_was_resolved_with_another_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    locked = Jar("org.example", "one", "1.0", "0" * 64)
    write_lock([locked], tmp_path / "lock.toml")
    monkeypatch.setattr(maven, "local_repository", lambda: tmp_path / "m2" / "repository")
    monkeypatch.setattr(maven, "resolve", lambda into: (_jar(into, "one", b"planted"),))

    with pytest.raises(JarError, match=r"not locked: one-1\.0\.jar"):
        maven.class_path(lambda _line: None, tmp_path / "lock.toml")

    assert not (tmp_path / "m2" / "repository" / locked.path).exists()


def test_a_wrong_file_is_fetched_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository, said = tmp_path / "m2" / "repository", list[str]()
    locked = _jar(repository, "one", b"right")
    (repository / locked.path).write_bytes(b"cut off")
    write_lock([locked], tmp_path / "lock.toml")
    monkeypatch.setattr(maven, "local_repository", lambda: repository)
    monkeypatch.setattr(maven, "resolve", lambda into: (_jar(into, "one", b"right"),))

    assert maven.class_path(said.append, tmp_path / "lock.toml") == [repository / locked.path]

    assert (repository / locked.path).read_bytes() == b"right"
    assert "one-1.0.jar: SHA-256" in said[0]


def test_refuses_a_different_set() -> None:
    one, two = (Jar("org.example", name, "1.0", "0" * 64) for name in ("one", "two"))
    with pytest.raises(JarError, match=r"not resolved: two-1\.0\.jar"):
        require_same([one, two], [one])
    with pytest.raises(JarError, match=r"not locked: two-1\.0\.jar"):
        require_same([one], [one, two])


def test_the_committed_lock_is_whole() -> None:
    jars = read_lock()
    assert len(set(jars)) == len(jars) >= 45
    assert all(len(jar.sha256) == 64 for jar in jars)
    assert jars[0].path.name == "kafka_2.13-4.3.1.jar"
