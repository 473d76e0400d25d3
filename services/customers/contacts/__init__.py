"""Contacting customers, with their consent alone (C10)."""
