"""REST: More than we promised (C09)."""

from fastapi import APIRouter

router = APIRouter(tags=["gestures"])
