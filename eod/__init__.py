"""The end-of-day close: the conductor, the only app that may import all the others."""
