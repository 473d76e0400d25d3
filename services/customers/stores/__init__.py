"""The stores as this service needs them: its own copy from the reference topic."""
