"""Service standards, and the clock that warns, tells breaches and escalates (K02)."""
