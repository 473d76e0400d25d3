"""Facts: each event once, reduced to the few numbers that metrics need."""
