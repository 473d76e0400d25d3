"""Competitors (L09): the register of them, and what was observed."""
