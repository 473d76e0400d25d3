"""What a customer requires, and whether what we delivered conforms (C12)."""
