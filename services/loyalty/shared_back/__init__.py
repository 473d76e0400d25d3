"""Value shared back (L10): discounts, points and gifts beside the margin that was earned."""
