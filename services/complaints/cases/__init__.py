"""Complaints as cases: their life, who owns them, what was given to set them right (K01)."""
