"""REST: Individual objectives for a customer, and their strategies (C11)."""

from fastapi import APIRouter

router = APIRouter(tags=["objectives"])
