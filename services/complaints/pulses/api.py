"""REST: how employees feel about their store: culture is theirs first (K04)."""

from fastapi import APIRouter

router = APIRouter(tags=["pulses"])
