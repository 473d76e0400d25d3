"""REST: What a customer prefers, and whether it was acted upon."""

from fastapi import APIRouter

router = APIRouter(tags=["preferences"])
