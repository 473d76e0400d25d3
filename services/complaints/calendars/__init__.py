"""When a store is open: its business calendar, version by version (K02)."""
