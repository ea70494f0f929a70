"""Currencies' rates and what they do to the books."""
