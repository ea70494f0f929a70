"""The verb that fetches the configured rates over HTTP and imports them."""

import time
from typing import Any

import httpx
from django.conf import settings
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from fx import telemetry
from fx.rate_files import InvalidRateFile
from fx.rate_import import ImportedRates, import_rates
from ledger.domain.refusals import Refusal

# All of the European Central Bank's history as XML is some 8 MiB.
BYTES_MAX = 32 * 1024 * 1024
TIMEOUT = httpx.Timeout(10, connect=5)
# The time-out above is one for each read; this one is for a server that sends a byte now and then.
SECONDS_MAX = 60.0
ATTEMPTS_MAX = 4
SERVER_ERROR = 500
TOO_MANY_REQUESTS = 429


class RateFetchFailed(Refusal):
    """The rates could not be had. Nothing was written; `extra["result"]` says what it was, for the metric."""

    code = "rate_fetch_failed"


def fetch_rates(*, wait: Any = None, seconds_max: float = SECONDS_MAX, bytes_max: int = BYTES_MAX) -> ImportedRates:
    """Fetch FX_RATES_URL and import what it answers; a repeat changes nothing.

    What may pass (no connection, a server error) is tried up to ATTEMPTS_MAX times, with growing random pauses.

    Raises:
        RateFetchFailed: unreachable, refused, too slow, too large, or no file of rates.
    """
    if not settings.FX_RATES_URL:
        raise RateFetchFailed("No URL of rates is configured: set FX_RATES_URL.", result="not_configured")
    try:
        content = _content(wait or wait_random_exponential(multiplier=1, max=30), seconds_max, bytes_max)
        imported = import_rates(
            content, format_=settings.FX_RATES_FORMAT or None, source=settings.FX_RATES_SOURCE or None
        )
    except RateFetchFailed as failure:
        telemetry.RATE_FETCHES_TOTAL.labels(failure.extra["result"]).inc()
        raise
    except Refusal as refusal:
        telemetry.RATE_FETCHES_TOTAL.labels("invalid").inc()
        first = f" {refusal.errors[0]}" if isinstance(refusal, InvalidRateFile) and refusal.errors else ""
        raise RateFetchFailed(f"{settings.FX_RATES_URL}: {refusal.detail}{first}", result="invalid") from refusal
    telemetry.RATE_FETCHES_TOTAL.labels("unchanged" if imported.recorded.nothing_changed else "changed").inc()
    telemetry.RATES_FETCHED_AT_SECONDS.set_to_current_time()
    return imported


def _content(wait: Any, seconds_max: float, bytes_max: int) -> bytes:
    retrying = Retrying(
        stop=stop_after_attempt(ATTEMPTS_MAX), wait=wait, retry=retry_if_exception(_may_pass), reraise=True
    )
    try:
        return retrying(_get, seconds_max, bytes_max)
    except httpx.HTTPStatusError as error:
        raise RateFetchFailed(
            f"{settings.FX_RATES_URL} answered {error.response.status_code}.", result="http_error"
        ) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise RateFetchFailed(
            f"{settings.FX_RATES_URL} cannot be reached: {type(error).__name__} {error}".rstrip(), result="unreachable"
        ) from error


def _may_pass(error: BaseException) -> bool:
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code >= SERVER_ERROR or error.response.status_code == TOO_MANY_REQUESTS
    return isinstance(error, httpx.TransportError)


def _get(seconds_max: float, bytes_max: int) -> bytes:
    """One answer, read no further than it may be long and no longer than it may take."""
    deadline = time.monotonic() + seconds_max
    content = bytearray()
    with httpx.stream("GET", settings.FX_RATES_URL, timeout=TIMEOUT, follow_redirects=True) as answer:
        answer.raise_for_status()
        for part in answer.iter_bytes():
            content += part
            if len(content) > bytes_max:
                raise RateFetchFailed(
                    f"{settings.FX_RATES_URL} answers more than {bytes_max} bytes.", result="too_large"
                )
            if time.monotonic() > deadline:
                raise RateFetchFailed(
                    f"{settings.FX_RATES_URL} is not read after {seconds_max:g} seconds.", result="too_slow"
                )
    return bytes(content)
