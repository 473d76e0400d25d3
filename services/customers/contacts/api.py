"""REST: Contacting customers, with their consent alone (C10)."""

from fastapi import APIRouter

router = APIRouter(tags=["contacts"])
