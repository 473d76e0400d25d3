"""REST: Relationships between customers and those who have to do with them (C02)."""

from fastapi import APIRouter

router = APIRouter(tags=["relationships"])
