"""What the ledger does by the clock."""

import logging

from celery import shared_task

from ledger import telemetry
from ledger.queries.trial_balance import trial_differences

logger = logging.getLogger(__name__)


@shared_task(name="ledger.check_books", ignore_result=True)  # type: ignore[untyped-decorator]
def check_books() -> int:
    """Compare all debits with all credits, per ledger and currency; how many do not agree.

    PostgreSQL keeps them equal. This is the smoke alarm for what nobody thought of: a restore of half a dump, a disk
    that lies, a superuser with a plan. It reads only, so a second delivery does no harm.
    """
    differences = trial_differences()
    telemetry.BOOKS_OUT_OF_BALANCE.set(len(differences))
    for difference in differences:
        logger.critical("ledger %s is out of balance in %s: debits %s, credits %s", *difference)
    if not differences:
        logger.info("the books balance")
    return len(differences)
