"""Doubts and fears of a customer, and what settled them (C06)."""
