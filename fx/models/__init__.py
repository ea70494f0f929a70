"""The rows of exchange rates and of what they do to the books; one aggregate per file."""

from fx.models.clearing_account import ClearingAccount
from fx.models.policy import LedgerSettings, Spread
from fx.models.rate import Rate, RateRevision
from fx.models.revaluation import Revaluation
from fx.models.settlement import Settlement

__all__ = [
    "ClearingAccount",
    "LedgerSettings",
    "Rate",
    "RateRevision",
    "Revaluation",
    "Settlement",
    "Spread",
]
