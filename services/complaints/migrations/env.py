"""Alembic's entry: the complaints service."""

from services.complaints.base import Base
from services.complaints.cases import tables as cases
from shared.migrations import run_env

SUBJECTS = (cases,)  # importing them declares their tables
run_env(Base.metadata)
