"""REST: shop-floor incidents and their procedures (K06)."""

from fastapi import APIRouter

router = APIRouter(tags=["incidents"])
