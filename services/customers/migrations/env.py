"""Alembic's entry: the customers service."""

from services.customers.base import Base
from shared.migrations import run_env

run_env("customers", Base.metadata)
