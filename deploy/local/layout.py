"""Where a stack keeps its files, and which ports are its own."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Layout:
    """One stack. `data_dir` is absolute; services listen on `port_base` + their offset."""

    data_dir: Path
    port_base: int = 8000

    @property
    def logs(self) -> Path:
        """One file per process, for a person to read."""
        return self.data_dir / "logs"

    @property
    def running(self) -> Path:
        """Who runs now: see `registry`."""
        return self.data_dir / "running"

    @property
    def keys(self) -> Path:
        """The token issuer's key pair."""
        return self.data_dir / "issuer"

    def erasure_key(self) -> str:
        """By which scoring knows erased ids again; made once, and kept with the data that depend on it."""
        kept = self.data_dir / "erasure.key"
        if not kept.exists():
            self.data_dir.mkdir(parents=True, exist_ok=True)
            kept.touch(mode=0o600)
            kept.write_text(secrets.token_hex(32))
        return kept.read_text()


def layout_from(environment: Mapping[str, str] = os.environ) -> Layout:
    """The stack that `CRM_DATA_DIR` and `CRM_PORT_BASE` name; `ValueError` if the base leaves no ports."""
    base = int(environment.get("CRM_PORT_BASE") or 8000)
    if not 1024 <= base <= 65_500:
        raise ValueError(f"CRM_PORT_BASE is {base}; it must be between 1024 and 65500")
    # Resolved once: the path is compared with what other processes say of themselves.
    return Layout(Path(environment.get("CRM_DATA_DIR") or ".data").expanduser().resolve(), base)
