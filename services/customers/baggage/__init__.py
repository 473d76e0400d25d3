"""The baggage counter (C08)."""
