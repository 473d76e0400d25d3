"""The audit of customer management, over REST, and the warning signals that it publishes."""
