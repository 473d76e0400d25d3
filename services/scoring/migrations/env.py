"""Alembic's entry: scoring's lasting tables. Those of a generation are made by `generations.schema`."""

from services.scoring.base import Base
from shared.migrations import run_env

run_env("scoring", Base.metadata)
