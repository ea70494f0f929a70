"""The accountants' pages of exchange rates and of what they do to the books. A rate comes in by an import, never by a form."""

from fx.admin import rates, settlements
from ledger.admin.audit_words import KINDS

__all__ = ["rates", "settlements"]

KINDS.update({"fx_ledgersettings": "conversion settings", "fx_spread": "spread"})
