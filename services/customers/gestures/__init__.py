"""More than we promised (C09)."""
