"""The satisfaction gap as closes found it, over REST."""
