"""Every error as callers see it: RFC 9457's problem, with the stable code, and the one table of HTTP statuses."""

from typing import Any

from ledger.domain.refusals import Refusal

CONTENT_TYPE = "application/problem+json"

# Stable names for machines; nobody is meant to fetch them.
TYPE = "urn:doublex:error:"

# The one table. Codes of fx and of later apps stand here too: a code is part of the API, whoever raises it.
STATUS_OF = {
    # malformed
    "parse_error": 400,
    "validation_error": 400,
    # who calls, and what the key may do
    "not_authenticated": 401,
    "scope_missing": 403,
    "permission_denied": 403,
    "fx_rate_forbidden": 403,
    # the resource in the URL, and what may be done with it
    "not_found": 404,
    "method_not_allowed": 405,
    "not_acceptable": 406,
    "unsupported_media_type": 415,
    # the payload can never post
    "journal_not_balanced": 422,
    "too_few_legs": 422,
    "too_many_legs": 422,
    "too_many_currencies": 422,
    "currency_mismatch": 422,
    "currency_unknown": 422,
    "invalid_amount": 422,
    "amount_too_small": 422,
    "account_not_found": 422,
    "idempotency_conflict": 422,
    "value_date_in_future": 422,
    "transfer_limit_exceeded": 422,
    "posting_not_allowed": 422,
    "fx_rate_missing": 422,
    "fx_rate_mismatch": 422,
    # the books refuse now
    "insufficient_funds": 409,
    "day_closed": 409,
    "account_not_active": 409,
    "account_not_empty": 409,
    "already_reversed": 409,
    "account_exists": 409,
    # too much
    "too_large": 413,
    "throttled": 429,
    # the server
    "internal_error": 500,
    "busy": 503,
    "outcome_unknown": 503,
}

SERVICE_UNAVAILABLE = 503
RETRY_AFTER_SECONDS = 1


def problem(code: str, detail: str, field: str | None = None, **extra: object) -> dict[str, Any]:
    """The problem's members; `field` is null where no single field is to blame."""
    return {
        "type": f"{TYPE}{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": STATUS_OF[code],
        "detail": detail,
        "code": code,
        "field": field,
        **extra,
    }


def problem_of(refusal: Refusal) -> dict[str, Any]:
    return problem(refusal.code, refusal.detail, refusal.field, **refusal.extra)


def headers_of(code: str) -> dict[str, str]:
    """A 503 says when to come back: soon, because what is busy is a queue of milliseconds."""
    return {"Retry-After": str(RETRY_AFTER_SECONDS)} if STATUS_OF[code] == SERVICE_UNAVAILABLE else {}
