"""Customers' ideas: recorded, decided on, answered (K09)."""
