"""The Content-Security-Policy: which sources a browser may use on our pages. Django 5.2 has none of its own."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

HEADER = "Content-Security-Policy"

# Our own files and nothing else: no inline script or style, no other host, no frame around us.
STRICT = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

# The admin's theme brings inline scripts that evaluate expressions: what can be shut without breaking it, is.
ADMIN_PREFIX = "/admin/"
ADMIN = "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"

View = Callable[..., HttpResponse]


def security_headers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A middleware: every answer has a policy, the strict one unless its view gave another."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        policy = ADMIN if request.path.startswith(ADMIN_PREFIX) else STRICT
        response.headers.setdefault(HEADER, policy)
        return response

    return answer


def content_security_policy(policy: str) -> Callable[[View], View]:
    """Give a view a policy of its own."""

    def decorate(view: View) -> View:
        @wraps(view)
        def with_policy(*arguments: Any, **named: Any) -> HttpResponse:
            response = view(*arguments, **named)
            response.headers[HEADER] = policy
            return response

        return with_policy

    return decorate
