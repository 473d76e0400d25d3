"""All the text that a database holds: what must be found nowhere any more is looked for in it."""

import re

import asyncpg

_BINARY = re.compile(r'"\\\\x([0-9a-f]*)"')
_TABLES = """
    select format('%I.%I', nspname, relname) from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where relkind = 'r' and nspname !~ '^(pg_|information_schema)' order by 1
"""


async def dump(database_url: str) -> str:
    """Every row of every table in every schema, a line each; what is stored as bytes in plain text."""
    connection = await asyncpg.connect(database_url)
    try:
        lines: list[str] = []
        for (table,) in await connection.fetch(_TABLES):
            rows = await connection.fetch(f"select row_to_json(t)::text from {table} as t")  # noqa: S608
            lines += [f"{table} {_BINARY.sub(_readable, row[0])}" for row in rows]
    finally:
        await connection.close()
    return "\n".join(lines)


def found(text: str, *wanted: str) -> list[str]:
    """The lines in which one of these stands as a word of its own."""
    words = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, wanted))})(?![\w-])")
    return [line for line in text.split("\n") if words.search(line)]


def _readable(match: re.Match[str]) -> str:
    text = bytes.fromhex(match[1]).decode(errors="replace")
    return f'"{" ".join(text.splitlines())}"'
