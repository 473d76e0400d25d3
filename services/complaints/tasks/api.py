"""REST: follow-ups: what somebody is to do for a customer, by when (K05)."""

from fastapi import APIRouter

router = APIRouter(tags=["tasks"])
