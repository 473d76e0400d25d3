"""Shop-floor incidents and their procedures (K06)."""
