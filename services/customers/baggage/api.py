"""REST: The baggage counter (C08)."""

from fastapi import APIRouter

router = APIRouter(tags=["baggage"])
