"""REST: Doubts and fears of a customer, and what settled them (C06)."""

from fastapi import APIRouter

router = APIRouter(tags=["doubts"])
