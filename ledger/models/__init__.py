"""The rows of the books; one aggregate per file."""

from ledger.models.account import Account, Balance
from ledger.models.api_key import ApiKey
from ledger.models.audit_entry import AuditEntry
from ledger.models.currency import Currency
from ledger.models.journal import IdempotencyKey, Journal, Leg
from ledger.models.ledger import BookState, Ledger

__all__ = [
    "Account",
    "ApiKey",
    "AuditEntry",
    "Balance",
    "BookState",
    "Currency",
    "IdempotencyKey",
    "Journal",
    "Ledger",
    "Leg",
]
