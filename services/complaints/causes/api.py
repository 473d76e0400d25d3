"""REST: root causes, which of them recur, and what is done against them (K09)."""

from fastapi import APIRouter

router = APIRouter(tags=["causes"])
