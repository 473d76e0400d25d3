"""The steps from contact to cash (C03)."""
