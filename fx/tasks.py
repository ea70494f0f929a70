"""What exchange rates do by the clock."""

import logging

from celery import shared_task
from django.conf import settings

from fx.rate_fetching import RateFetchFailed, fetch_rates

logger = logging.getLogger(__name__)


@shared_task(name="fx.fetch_rates", ignore_result=True)  # type: ignore[untyped-decorator]
def fetch() -> None:
    """Fetch the configured rates; does nothing where none are. A second delivery finds them recorded already."""
    if not settings.FX_RATES_URL:
        return
    try:
        imported = fetch_rates()
    except RateFetchFailed as failure:
        logger.error("rates were not fetched: %s", failure.detail)  # noqa: TRY400 - the trace tells nothing more
        return
    recorded = imported.recorded
    logger.info("rates: %s new, %s revised, %s unchanged", recorded.new, recorded.revised, recorded.unchanged)
    for jump in recorded.jumps:
        logger.warning("a rate moved by more than 5 percent: %s", jump)
