"""W01: what is taken for a database that is away, and waited out; a mistake of ours is not."""

import asyncpg
import pytest
from sqlalchemy.exc import InternalError, ProgrammingError

from shared.database import is_unreachable

CUT = "cannot switch to state 12; another operation (2) is in progress"


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (InternalError("select", None, RuntimeError(CUT)), True),
        (InternalError("select", None, RuntimeError("cache lookup failed")), False),
        (ProgrammingError("selekt", None, RuntimeError("syntax error")), False),
        (asyncpg.InterfaceError("connection is closed"), True),
        (asyncpg.InterfaceError("cannot perform operation: another operation is in progress"), False),
        (ConnectionRefusedError(), True),
        (ZeroDivisionError(), False),
    ],
)
def test_W01_what_is_waited_out(error: Exception, away: bool) -> None:
    assert is_unreachable(error) is away
