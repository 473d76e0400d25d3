"""What we promised a customer, by when, and whether we kept it (C12)."""
