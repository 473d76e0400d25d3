"""REST: when a store is open: its business calendar, version by version (K02)."""

from fastapi import APIRouter

router = APIRouter(tags=["calendars"])
