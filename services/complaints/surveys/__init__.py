"""Satisfaction: delivery against expectation, and whether we are preferred (K04)."""
