"""Tiers of the programme (L03): who is of which, since when, until when."""
