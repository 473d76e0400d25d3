"""REST: complaints per 10,000 transactions, visits and services of a store (K08)."""

from fastapi import APIRouter

router = APIRouter(tags=["complaint rates"])
