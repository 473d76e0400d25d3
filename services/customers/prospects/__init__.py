"""The acquisition pipeline (C05)."""
