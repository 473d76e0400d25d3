"""Segments over REST: defined by teams, previewed, and who is in them."""
