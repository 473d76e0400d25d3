"""Rows from REST to the score; a package, for its tests share one pipeline."""
