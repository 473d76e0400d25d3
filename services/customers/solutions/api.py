"""REST: Solutions for one customer alone, promised and delivered."""

from fastapi import APIRouter

router = APIRouter(tags=["solutions"])
