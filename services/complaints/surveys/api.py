"""REST: satisfaction: delivery against expectation, and whether we are preferred (K04)."""

from fastapi import APIRouter

router = APIRouter(tags=["surveys"])
