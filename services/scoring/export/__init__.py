"""Subject access: scoring's part of everything that is held of a customer (C10)."""
