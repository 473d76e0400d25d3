"""REST: Erasure: a person forgotten by every service, with a receipt (C10)."""

from fastapi import APIRouter

router = APIRouter(tags=["erasures"])
