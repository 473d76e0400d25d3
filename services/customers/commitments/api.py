"""REST: What we promised a customer, by when, and whether we kept it (C12)."""

from fastapi import APIRouter

router = APIRouter(tags=["commitments"])
