"""The close: makes the reference of a date from the whole population."""
