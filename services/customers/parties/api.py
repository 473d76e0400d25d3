"""REST: Those who have to do with customers: vendors, suppliers, intermediaries, partners, employees (C02)."""

from fastapi import APIRouter

router = APIRouter(tags=["parties"])
