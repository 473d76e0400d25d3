"""REST: Subject access: everything held of a customer, in all services (C10)."""

from fastapi import APIRouter

router = APIRouter(tags=["export"])
