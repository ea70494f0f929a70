"""One call to the ledger: sent until it is answered, and its answer read.

Everything that is sent may be sent again: a posting has its key, a change says what should be so, a read changes nothing.
"""

import email.utils
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import httpx
import msgspec
import tenacity

from doublex_client.problems import ApiError, NoAnswer, UnexpectedAnswer, error_of

# The ledger says 503 and 429 itself; a proxy before it says 502 and 504 where it got no answer from it.
_GATEWAY_STATUSES = (502, 504)
_WORTH_REPEATING = ("busy", "outcome_unknown", "throttled")


@dataclass(frozen=True, slots=True)
class Retrying:
    """How long to try: waits grow exponentially with jitter, and are never shorter than `Retry-After` says."""

    attempts_max: int = 8
    seconds_max: float = 60.0
    first_wait_seconds: float = 0.1
    wait_seconds_max: float = 10.0


class _NotAnswered(Exception):  # noqa: N818 - internal: try again
    """An attempt led to no answer; `failure` is what the caller gets if it was the last."""

    def __init__(self, failure: ApiError | NoAnswer, *, may_have_arrived: bool) -> None:
        super().__init__(str(failure))
        self.failure = failure
        self.may_have_arrived = may_have_arrived


class Sender:
    """Sends calls over one pool of connections; safe to share between threads."""

    def __init__(self, http: httpx.Client, retrying: Retrying) -> None:
        self._http = http
        self._retrying = retrying

    def send(
        self, method: str, path: str, *, params: Any = None, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The answer's JSON.

        Raises:
            ApiError: the ledger refuses, or stays busy. NoAnswer: nothing was heard, however often it was tried.
            UnexpectedAnswer: something else than the ledger answers.
        """
        lost = False
        for attempt in self._attempts():
            with attempt:
                try:
                    return self._once(method, path, params, body)
                except _NotAnswered as failed:
                    lost = lost or failed.may_have_arrived
                    raise
                except ApiError as refused:
                    refused.after_lost_answer = lost
                    raise
        raise AssertionError("tenacity returns or raises")

    def wait_before(self, attempt: int) -> None:
        """Wait as before another attempt, for what an answer as a whole does not say."""
        state = tenacity.RetryCallState(None, None, (), {})  # type: ignore[arg-type]
        state.attempt_number = attempt
        time.sleep(self._jitter()(state))

    @property
    def attempts_max(self) -> int:
        return self._retrying.attempts_max

    def _attempts(self) -> tenacity.Retrying:
        jitter = self._jitter()
        return tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_NotAnswered),
            wait=lambda state: max(jitter(state), _asked_wait_seconds(state)),
            stop=tenacity.stop_any(
                tenacity.stop_after_attempt(self._retrying.attempts_max),
                tenacity.stop_before_delay(self._retrying.seconds_max),
            ),
            retry_error_callback=_give_up,
        )

    def _jitter(self) -> tenacity.wait_random_exponential:
        return tenacity.wait_random_exponential(
            multiplier=self._retrying.first_wait_seconds, max=self._retrying.wait_seconds_max
        )

    def _once(self, method: str, path: str, params: Any, body: Mapping[str, Any] | None) -> dict[str, Any]:
        try:
            response = self._http.request(method, path, params=params, json=body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            failure = NoAnswer(f"The ledger at {self._http.base_url} cannot be reached: {error}")
            raise _NotAnswered(failure, may_have_arrived=False) from error
        except httpx.TransportError as error:
            failure = NoAnswer(f"No answer from the ledger at {self._http.base_url}: {error or type(error).__name__}")
            raise _NotAnswered(failure, may_have_arrived=True) from error
        return _content_of(response)


def _content_of(response: httpx.Response) -> dict[str, Any]:
    if response.status_code in _GATEWAY_STATUSES:
        failure = NoAnswer(f"{response.url} answers {response.status_code}: the ledger behind it did not.")
        raise _NotAnswered(failure, may_have_arrived=True)
    try:
        content = msgspec.json.decode(response.content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        content = None
    if response.is_success and isinstance(content, dict):
        return content
    if not isinstance(content, dict) or not {"code", "status"} <= content.keys():
        _refuse_stranger(response)
    error = error_of(content, retry_after_seconds=_retry_after_seconds(response))
    if error.code in _WORTH_REPEATING:
        raise _NotAnswered(error, may_have_arrived=error.code == "outcome_unknown")
    raise error


def _refuse_stranger(response: httpx.Response) -> NoReturn:
    said = f"{response.url} answers {response.status_code} with {response.text[:80]!r}, which is not the ledger's."
    if response.status_code == httpx.codes.SERVICE_UNAVAILABLE:
        raise _NotAnswered(NoAnswer(said), may_have_arrived=True)
    raise UnexpectedAnswer(said)


def _give_up(state: tenacity.RetryCallState) -> NoReturn:
    failed = state.outcome.exception() if state.outcome else None
    if isinstance(failed, _NotAnswered):
        raise failed.failure from failed.__cause__
    raise AssertionError("only what is worth repeating is repeated")


def _asked_wait_seconds(state: tenacity.RetryCallState) -> int:
    failed = state.outcome.exception() if state.outcome else None
    failure = failed.failure if isinstance(failed, _NotAnswered) else None
    return (failure.retry_after_seconds or 0) if isinstance(failure, ApiError) else 0


def _retry_after_seconds(response: httpx.Response) -> int | None:
    """What the header says: seconds, or a date."""
    text = response.headers.get("Retry-After", "")
    if text.isdecimal():
        return int(text)
    try:
        at = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0, round(at.timestamp() - time.time()))
