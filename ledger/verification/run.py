"""One run of all checks, over the books as of one instant."""

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from ledger import telemetry
from ledger.domain.verification import Check, Discrepancy
from ledger.extensions import verify_checks
from ledger.queries.one_instant import one_instant
from ledger.verification import checks_of_accounts, checks_of_guards, checks_of_journals, checks_of_legs

CHECKS: tuple[Check, ...] = (
    checks_of_guards.GUARDS_ARE_ON,
    checks_of_accounts.BALANCE_ROW_FLAGS,
    checks_of_accounts.CLOSED_IS_EMPTY,
    checks_of_journals.BOOK_STATE,
    checks_of_journals.JOURNAL_NUMBERS,
    checks_of_journals.KEY_HAS_ITS_JOURNALS,
    checks_of_journals.REVERSALS_MIRROR,
    checks_of_journals.JOURNAL_HAS_ITS_LEGS,
    checks_of_journals.JOURNAL_BALANCES,
    checks_of_legs.LEG_FITS_ITS_JOURNAL,
    checks_of_legs.LEG_FITS_ITS_ACCOUNT,
    checks_of_legs.LEG_IS_THE_NEXT_STEP,
    checks_of_accounts.BALANCE_IS_THE_SUM,
)


def verify(
    ledger_id: UUID | None = None, watched: Callable[[Sequence[Check]], Iterable[Check]] = iter
) -> list[Discrepancy]:
    """Recompute one ledger's books, or everybody's, from their legs; everything that is not as it must be.

    Reads only, and holds nobody up. `watched` sees each check before it runs, which is where progress is shown.

    Raises:
        RuntimeError: called inside an open transaction.
    """
    with one_instant(is_long=True):
        found = [discrepancy for check in watched([*CHECKS, *verify_checks]) for discrepancy in check.find(ledger_id)]
    telemetry.VERIFICATION_DRIFT.set(len(found))
    return found
