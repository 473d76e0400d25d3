"""Erasure: a person forgotten by every service, with a receipt (C10)."""
