"""Relationships between customers and those who have to do with them (C02)."""
