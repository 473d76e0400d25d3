"""What closes found of segments: profit and effectiveness, propensity and lift, profile and attractiveness."""
