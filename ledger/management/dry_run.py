"""A rehearsal of orders that also post to accounts which their posting would open."""

from collections.abc import Sequence

from ledger.domain.accounts import RunningBalance
from ledger.domain.journals import PlannedJournal
from ledger.domain.money import ZERO
from ledger.imports.rehearsal import Rehearsal


class DryRun(Rehearsal):
    """Every account in the books has a balance row, so that one without is yet to be opened, and begins at zero."""

    def _read_balances_of(self, plans: Sequence[PlannedJournal]) -> None:
        super()._read_balances_of(plans)
        for account_id in {leg.account.id for plan in plans for leg in plan.legs}:
            self._balances.setdefault(account_id, RunningBalance(ZERO, 0, active=True))
