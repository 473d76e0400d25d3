"""Readiness: what people answered about how ready we are, beside what events tell."""
