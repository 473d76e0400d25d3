"""REST: service standards, and the clock that warns, tells breaches and escalates (K02)."""

from fastapi import APIRouter

router = APIRouter(tags=["service standards"])
