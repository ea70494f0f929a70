"""Every error as callers see it: RFC 9457's problem, with the stable code, and the one table of kinds."""

from typing import Any, NamedTuple

from ledger.domain.refusals import Refusal

CONTENT_TYPE = "application/problem+json"

# Stable names for machines; nobody is meant to fetch them.
TYPE = "urn:doublex:error:"


class Kind(NamedTuple):
    """One kind of problem: its HTTP status, and what it means in a few words of Markdown."""

    status: int
    meaning: str


# The one table. Codes of fx and of later apps stand here too: a code is part of the API, whoever raises it.
KINDS = {
    # malformed
    "parse_error": Kind(400, "the body is not strict JSON: broken, a key twice, NaN, a NUL character"),
    "validation_error": Kind(400, "a field or parameter is missing, unknown, of the wrong type or out of bounds"),
    # who calls, and what the key may do
    "not_authenticated": Kind(401, "no key, or one that is unknown or revoked"),
    "tls_required": Kind(403, "the call came without TLS; a key that was in it should be revoked"),
    "scope_missing": Kind(403, "the key may not do this"),
    "permission_denied": Kind(403, "nobody may"),
    "fx_rate_forbidden": Kind(403, "stating a rate needs the scope `fx`"),
    # the resource in the URL, and what may be done with it
    "not_found": Kind(404, "nothing at this URL, in this ledger"),
    "method_not_allowed": Kind(405, "see the `Allow` header"),
    "not_acceptable": Kind(406, "the `Accept` header allows no representation that there is: of `/api/schema/` alone"),
    "unsupported_media_type": Kind(415, "declare the body as `application/json`"),
    # the payload can never post
    "journal_not_balanced": Kind(422, "debits are not credits"),
    "too_few_legs": Kind(422, "fewer than 2"),
    "too_many_legs": Kind(422, "more than 1,000"),
    "too_many_currencies": Kind(422, "more currencies than a transfer can have"),
    "currency_mismatch": Kind(422, "the leg is not in its account's currency"),
    "currency_unknown": Kind(422, "no such currency here"),
    "invalid_amount": Kind(422, "not plain digits, not above zero, or more decimals than the currency has"),
    "amount_too_small": Kind(422, "it converts to less than the smallest unit"),
    "account_not_found": Kind(422, "the body names an account that the ledger does not have"),
    "idempotency_conflict": Kind(422, "the key was used for something else"),
    "value_date_in_future": Kind(422, "later than the ledger's today"),
    "transfer_limit_exceeded": Kind(422, "more than this ledger moves at once"),
    "posting_not_allowed": Kind(422, "not on this account, or not of this journal"),
    "fx_rate_missing": Kind(422, "no rate is known for the day"),
    "fx_rate_mismatch": Kind(422, "the amounts do not agree with the rate"),
    # the books refuse now
    "insufficient_funds": Kind(409, "a `non_negative` account would go below zero"),
    "day_closed": Kind(409, "the value date is closed; `closed_through` says up to when"),
    "account_not_active": Kind(409, "the account is frozen or closed"),
    "account_not_empty": Kind(409, "only a balance of zero can be closed"),
    "already_reversed": Kind(409, "a journal is reversed once"),
    "account_exists": Kind(409, "the ledger has an account of this code"),
    # too much
    "too_large": Kind(413, "the body is beyond the limit"),
    "throttled": Kind(429, "too often; `Retry-After` says when"),
    # the server
    "internal_error": Kind(500, "a bug of ours; for a transfer, repeat it with the same key"),
    "busy": Kind(503, "too much at once, nothing was written; `Retry-After` says when"),
    "outcome_unknown": Kind(503, "the reply of the commit was lost; repeat with the same key"),
}

STATUS_OF = {code: kind.status for code, kind in KINDS.items()}

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
    """A 503 says when to come back: soon, because what is busy is a queue of milliseconds. A 401 says what is wanted."""
    if code == "not_authenticated":
        return {"WWW-Authenticate": "Bearer"}
    return {"Retry-After": str(RETRY_AFTER_SECONDS)} if STATUS_OF[code] == SERVICE_UNAVAILABLE else {}
