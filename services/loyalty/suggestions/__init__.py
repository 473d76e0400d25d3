"""Cross-sell and up-sell suggestions (L07)."""
