"""Rebuilds: every score made anew from the topics, beside the live ones."""
