"""Alembic's entry: the loyalty service."""

from services.loyalty.base import Base
from services.loyalty.campaigns import tables as campaigns
from services.loyalty.cards import tables as cards
from services.loyalty.catalogue import tables as catalogue
from services.loyalty.purchases import tables as purchases
from shared.migrations import run_env

SUBJECTS = (purchases, catalogue, cards, campaigns)  # importing them declares their tables
run_env(Base.metadata)
