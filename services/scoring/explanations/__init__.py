"""Explanations: the inputs and the arithmetic of a score, so that a person can do it again. Pure."""
