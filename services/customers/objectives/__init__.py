"""Individual objectives for a customer, and their strategies (C11)."""
