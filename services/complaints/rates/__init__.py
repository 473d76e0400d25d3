"""Complaints per 10,000 transactions, visits and services of a store (K08)."""
