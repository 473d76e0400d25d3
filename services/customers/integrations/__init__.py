"""Integrations with a customer's own processes (C13)."""
