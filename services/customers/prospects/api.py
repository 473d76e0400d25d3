"""REST: The acquisition pipeline (C05)."""

from fastapi import APIRouter

router = APIRouter(tags=["prospects"])
