"""REST: Customers who may be the same one (C04)."""

from fastapi import APIRouter

router = APIRouter(tags=["duplicates"])
