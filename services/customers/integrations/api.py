"""REST: Integrations with a customer's own processes (C13)."""

from fastapi import APIRouter

router = APIRouter(tags=["integrations"])
