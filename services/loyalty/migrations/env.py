"""Alembic's entry: the loyalty service."""

from services.loyalty.base import Base
from shared.migrations import run_env

run_env("loyalty", Base.metadata)
