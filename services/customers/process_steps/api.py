"""REST: The steps from contact to cash (C03)."""

from fastapi import APIRouter

router = APIRouter(tags=["process steps"])
