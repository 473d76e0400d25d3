"""A fresh, migrated database of a service for each test that asks: copied from a template made once."""

import itertools
import os

import asyncpg
from sqlalchemy import make_url

from deploy.local.postgres import with_database
from shared.migrations import upgrade

_count = itertools.count(1)
_templates: dict[str, str] = {}


async def fresh_database(postgres_url: str, service: str) -> str:
    """The DSN of a new database with the service's newest schema and no rows."""
    if service not in _templates:
        template = f"{service}_{os.getpid()}_template"
        await _create(postgres_url, template, "template0")
        await upgrade(service, with_database(postgres_url, template))
        _templates[service] = template
    name = f"{service}_{os.getpid()}_{next(_count)}"
    await _create(postgres_url, name, _templates[service])
    return with_database(postgres_url, name)


async def _create(postgres_url: str, name: str, template: str) -> None:
    connection = await asyncpg.connect(postgres_url)
    try:
        await connection.execute(f"drop database if exists {name} with (force)")
        await connection.execute(f"create database {name} template {template} strategy file_copy")
    finally:
        await connection.close()


async def drop_database(postgres_url: str, url: str) -> None:
    """Take a database away, whoever is still connected to it."""
    connection = await asyncpg.connect(postgres_url)
    try:
        await connection.execute(f"drop database if exists {make_url(url).database} with (force)")
    finally:
        await connection.close()
