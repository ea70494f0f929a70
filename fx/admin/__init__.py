"""The accountants' pages of exchange rates. A rate comes in by an import, never by a form on its row."""

from fx.admin import rates

__all__ = ["rates"]
