"""Erasures (C10): what this service holds of somebody who demanded to be forgotten, taken away."""
