"""Employees as far as procedures ask: no names here, only what they are and what they were trained for."""

from typing import Literal

Role = Literal["franchisee", "customer_service_supervisor", "manager", "associate"]

UNTRAINED = 0
"""The level of who has no training that holds; trainings lead to levels 1 to 5."""
