"""The accountants' pages of exchange rates and of what they do to the books. A rate comes in by an import, never by a form."""

from fx.admin import rates, settlements

__all__ = ["rates", "settlements"]
