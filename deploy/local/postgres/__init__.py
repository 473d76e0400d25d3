"""A real PostgreSQL server beside the services, without Docker, and the services' databases."""

from deploy.local.postgres.databases import ensure_databases, with_database
from deploy.local.postgres.server import Server

__all__ = ["Server", "ensure_databases", "with_database"]
