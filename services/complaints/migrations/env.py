"""Alembic's entry: the complaints service."""

from services.complaints.base import Base
from shared.migrations import run_env

run_env("complaints", Base.metadata)
