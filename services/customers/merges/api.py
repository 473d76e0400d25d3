"""REST: Two records of one customer, joined and parted (C04)."""

from fastapi import APIRouter

router = APIRouter(tags=["merges"])
