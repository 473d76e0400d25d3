"""Customers who may be the same one (C04)."""
