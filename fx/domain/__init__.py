"""Rates and conversions as pure rules: no database, no framework."""
