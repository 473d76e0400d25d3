"""The value model over REST."""
