"""What `ledger_verify` recomputes of conversions and revaluations: what PostgreSQL held when they were written."""

from fx.verification import checks_of_clearing, checks_of_rates_used, checks_of_revaluations, checks_of_settlements

CHECKS = (
    *checks_of_clearing.CHECKS,
    *checks_of_settlements.CHECKS,
    *checks_of_rates_used.CHECKS,
    *checks_of_revaluations.CHECKS,
)

__all__ = ["CHECKS"]
