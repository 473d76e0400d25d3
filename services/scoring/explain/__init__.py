"""The explanation of a score, over REST."""
