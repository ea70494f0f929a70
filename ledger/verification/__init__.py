"""Every promise of the books that can be checked after the fact, recomputed from the legs."""

from ledger.verification.run import CHECKS, verify

__all__ = ["CHECKS", "verify"]
