"""Loads the Complete Journey (a year of real baskets) into a running stack, through the REST API alone."""
