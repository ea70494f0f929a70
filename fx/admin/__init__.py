"""The accountants' pages of exchange rates and of what they do to the books."""

from fx.admin import settlements

__all__ = ["settlements"]
