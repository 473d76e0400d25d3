"""Segments: rules over what a card and a profile say, and who is in them. Pure."""
