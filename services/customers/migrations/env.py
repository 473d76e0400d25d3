"""Alembic's entry: the customers service."""

from services.customers.base import Base
from services.customers.consents import tables as consents
from services.customers.exits import tables as exits
from services.customers.profiles import tables as profiles
from services.customers.visits import tables as visits
from shared.migrations import run_env

SUBJECTS = (profiles, consents, exits, visits)  # importing them declares their tables
run_env(Base.metadata)
