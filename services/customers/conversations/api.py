"""REST: Listening and talking: what a customer said, and what we answered or promised (C07)."""

from fastapi import APIRouter

router = APIRouter(tags=["conversations"])
