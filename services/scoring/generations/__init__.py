"""Generations: everything that was made of the topics, in one schema that can be thrown away and made anew."""
