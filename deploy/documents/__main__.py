"""`python -m deploy.documents [--check]`: write the generated documents anew, or name those that drifted."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.documents.files import PROMISES, ROOT, drifted, write
from deploy.documents.promises import BrokenPromiseError

ADVICE = f"""\
This breaks what was promised. Make it a new version of the type (`.v2`), or an optional field of its own.
Where nobody holds the promise yet, take it back by hand, in {PROMISES}."""


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """The exit code: 0 done, 1 a file drifted or a promise is broken (said on stderr), 2 wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m deploy.documents", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where something would change")
    try:
        checking = parser.parse_args(arguments).check
        paths = sorted(drifted(root)) if checking else write(root)
    except BrokenPromiseError as error:
        sys.stderr.write(f"{error}\n{ADVICE}\n")
        return 1
    if checking and paths:
        sys.stderr.write("not up to date, see `make docs`:\n" + "".join(f"  {path}\n" for path in paths))
        return 1
    sys.stdout.write("".join(f"wrote {path}\n" for path in paths if not checking))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
