"""REST: what remedy an employee may grant by their training (K03)."""

from fastapi import APIRouter

router = APIRouter(tags=["authority limits"])
