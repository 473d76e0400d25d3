"""REST: What a customer requires, and whether what we delivered conforms (C12)."""

from fastapi import APIRouter

router = APIRouter(tags=["requirements"])
