"""Employees as far as procedures ask: their role, and what they were trained for (K03, K06)."""
