"""The rules of the loyalty programme (L03), a version for each day that they changed."""
