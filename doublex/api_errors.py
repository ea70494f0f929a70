"""Every error of the API as application/problem+json, whoever raised it: the books, DRF, Django or the database."""

import math
from typing import Any

from django.core.exceptions import DisallowedHost, PermissionDenied
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from rest_framework import exceptions

from doublex import error_pages
from ledger.api.problems import CONTENT_TYPE, headers_of, problem, problem_of
from ledger.api.rendering import encode
from ledger.domain.refusals import Busy, OutcomeUnknown, Refusal
from ledger.posting_failures import as_refusal, is_lost_connection

API_PREFIX = "/api/"

# By class and not by status: DRF tells a missing key and a wrong one apart, our callers need not.
_CODE_OF_DRF: tuple[tuple[type[exceptions.APIException], str], ...] = (
    (exceptions.NotAuthenticated, "not_authenticated"),
    (exceptions.AuthenticationFailed, "not_authenticated"),
    (exceptions.PermissionDenied, "permission_denied"),
    (exceptions.ParseError, "parse_error"),
    (exceptions.ValidationError, "validation_error"),
    (exceptions.NotFound, "not_found"),
    (exceptions.MethodNotAllowed, "method_not_allowed"),
    (exceptions.NotAcceptable, "not_acceptable"),
    (exceptions.UnsupportedMediaType, "unsupported_media_type"),
    (exceptions.Throttled, "throttled"),
)


def problem_response(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """DRF's exception handler. None for what nobody foresaw: that is a bug, to be logged and answered with a 500."""
    refusal = error if isinstance(error, Refusal) else _meaning_of(error, context)
    if refusal is not None:
        return _response(problem_of(refusal), headers_of(refusal.code))
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    for kind, code in _CODE_OF_DRF:
        if isinstance(error, kind):
            return _response(problem(code, *_said_by(error.detail)), _headers(error))
    return None


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """handler400."""
    if not request.path.startswith(API_PREFIX):
        return error_pages.bad_request(request)
    if isinstance(exception, DisallowedHost):
        return _response(
            problem("validation_error", "The Host header names none of this server's hosts (ALLOWED_HOSTS).")
        )
    return _response(problem("validation_error", "The request is malformed."))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:  # noqa: ARG001
    """handler403."""
    if not request.path.startswith(API_PREFIX):
        return error_pages.forbidden(request)
    return _response(problem("permission_denied", "This is not allowed."))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:  # noqa: ARG001
    """handler404."""
    if not request.path.startswith(API_PREFIX):
        return error_pages.not_found(request)
    return _response(problem("not_found", f"There is nothing at {request.path[:200]}."))


def server_error(request: HttpRequest) -> HttpResponseBase:
    """handler500. Django has logged the exception; callers see nothing of it."""
    if not request.path.startswith(API_PREFIX):
        return error_pages.server_error()
    return _response(problem("internal_error", "Something went wrong on our side. It has been recorded."))


def tls_required(request: HttpRequest) -> HttpResponse:
    """What a call in the clear is told; nothing was read of it but its headers."""
    said = "This call came without TLS and was refused, so nothing was done: send it to the same URL with https://."
    if "HTTP_AUTHORIZATION" in request.META:
        said += (
            " The key in it was sent in the clear, where others may have read it: have it revoked, and use a new one."
        )
    return _response(problem("tls_required", said))


def _meaning_of(error: Exception, context: dict[str, Any]) -> Refusal | None:
    """What a database that is away or overloaded means to a caller whose verb has no answer of its own for it."""
    if not isinstance(error, Error):
        return None
    if is_lost_connection(error):
        if context["request"].method in ("GET", "HEAD"):
            return Busy("The database is away. Try again in a moment.")
        return OutcomeUnknown("The database went away. Look whether it was done, or repeat the request.")
    return as_refusal(error)


def _said_by(detail: Any) -> tuple[str, str | None]:
    """DRF's detail, which may be a text, a list of them, or such lists by field: what it says and of which field."""
    if isinstance(detail, dict):
        field = next(iter(detail))
        return _said_by(detail[field])[0], str(field)
    return " ".join(map(str, detail)) if isinstance(detail, list) else str(detail), None


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    wait_seconds = getattr(error, "wait", None)
    if wait_seconds is not None:
        headers["Retry-After"] = str(math.ceil(wait_seconds))
    return headers


def _response(content: dict[str, Any], headers: dict[str, str] | None = None) -> HttpResponse:
    return HttpResponse(encode(content), status=content["status"], content_type=CONTENT_TYPE, headers=headers)
