"""More than we promised: gestures, by whom, why, and what they cost (C09)."""
