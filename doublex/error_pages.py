"""What a browser shows where a page cannot be shown: what happened, and where to go on."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers

from doublex.security_headers import ADMIN_PREFIX

PATH_SHOWN_MAX = 200
WENT_WRONG = (
    "Something went wrong on our side, and it has been recorded. Look whether what you sent was done before you send it "
    "again."
)


def bad_request(request: HttpRequest) -> HttpResponse:
    said = "What the browser sent cannot be understood. Go back and try again; a bookmark may be out of date."
    return _page(request, 400, "This request is malformed", said)


def forbidden(request: HttpRequest) -> HttpResponse:
    said = "You are logged in, but your groups do not let you see or do this. Whoever manages users can put you into another one."
    return _page(request, 403, "You may not do this", said)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """CSRF_FAILURE_VIEW."""
    said = (
        "The form was open for too long, you have logged in or out since, or it came from another site. Nothing was "
        "done. Open the page again and send it from there; the browser must accept cookies from this site."
    )
    return _page(request, 403, "This form is no longer valid", said)


def not_found(request: HttpRequest) -> HttpResponse:
    said = (
        f"There is no page at {request.path[:PATH_SHOWN_MAX]}. The address may be mistyped, or what was there is gone."
    )
    return _page(request, 404, "There is nothing here", said)


def server_error() -> HttpResponse:
    """Says the same whoever asks, and asks nobody: the database may be what went wrong."""
    page = render_to_string("errors/front.html", {"title": "Something went wrong", "said": WENT_WRONG, "status": 500})
    return _uncached(page, 500)


def _page(request: HttpRequest, status: int, title: str, said: str) -> HttpResponse:
    context = {"title": title, "said": said, "status": status}
    user = getattr(request, "user", None)
    if request.path.startswith(ADMIN_PREFIX) and user is not None and user.is_active and user.is_staff:
        return _uncached(render_to_string("errors/admin.html", _of_the_admin(request) | context, request), status)
    return _uncached(render_to_string("errors/front.html", context), status)


def _of_the_admin(request: HttpRequest) -> dict[str, object]:
    return dict(admin.site.each_context(request))


def _uncached(page: str, status: int) -> HttpResponse:
    response = HttpResponse(page, status=status)
    add_never_cache_headers(response)
    return response
