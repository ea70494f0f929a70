"""The accountants' back office: one file per aggregate. Books are read-only here; they change by named actions."""

from ledger.admin import accounts, api_keys, audit_log, currencies, groups, journals, ledgers, users

__all__ = ["accounts", "api_keys", "audit_log", "currencies", "groups", "journals", "ledgers", "users"]
