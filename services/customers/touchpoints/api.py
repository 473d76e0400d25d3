"""REST: Where we met outside a visit: web, app, phone, home, an event (C07)."""

from fastapi import APIRouter

router = APIRouter(tags=["touchpoints"])
