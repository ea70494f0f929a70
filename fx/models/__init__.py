"""The rows of exchange rates and of what they do to the books; one aggregate per file."""

from fx.models.rate import Rate, RateRevision

__all__ = ["Rate", "RateRevision"]
