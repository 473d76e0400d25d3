"""REST: customers' ideas: recorded, decided on, answered (K09)."""

from fastapi import APIRouter

router = APIRouter(tags=["ideas"])
