"""Where other apps add to the ledger, in their AppConfig.ready."""

from ledger.domain.verification import Check

# What `ledger_verify` recomputes beyond the ledger's own promises.
verify_checks: list[Check] = []
