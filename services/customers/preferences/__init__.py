"""What a customer prefers, and whether it was acted upon."""
