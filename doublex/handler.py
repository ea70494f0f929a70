"""Django's request handler, with a short way through it for calls of the API.

Of all the middleware that an ordinary call meets, it needs the count, the clock and the same few headers each time; the
rest is a third of its processor time. What is not ordinary goes Django's way, and the answers are the same
(docs/decisions/0024).
"""

from io import BytesIO
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.handlers.base import BaseHandler
from django.core.handlers.exception import response_for_exception
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware
from django.urls import Resolver404, ResolverMatch, get_resolver
from django.utils.log import log_response

from doublex.api_errors import API_PREFIX
from doublex.middleware import RequestMetrics
from doublex.security_headers import HEADER, STRICT
from ledger.api.views import LedgerView

REMEMBERED_MAX = 1_000
# Of a name in DNS, with a port; a Host header could hold hundreds of kilobytes.
HOST_LENGTH_MAX = 260
_FIRST_ERROR = 400

Headers = dict[str, tuple[str, str]]


class Request(WSGIRequest):
    """A request whose URL and body are UTF-8, whatever charset the caller names for it.

    Django looks such a name up: Python keeps every unknown one for ever, some known ones are no encoding of text, and
    reading the header takes the square of its length. Whoever sends it need not have a key.
    """

    def _set_content_type_params(self, meta: Any) -> None:
        self.content_type = meta.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
        self.content_params = {}


class ShortWay(BaseHandler):
    """Takes the ordinary call of an endpoint straight to its view: over TLS where that is demanded, to a host of ours."""

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async)
        self._count_and_call = RequestMetrics(self._call)
        self._headers = {is_secure: _headers_of_every_answer(is_secure=is_secure) for is_secure in (False, True)}
        self._hosts: set[str] = set()
        self._matches: dict[str, ResolverMatch] = {}

    def get_response(self, request: HttpRequest) -> HttpResponseBase:
        match = self._match(request) if request.path_info.startswith(API_PREFIX) else None
        if match is None:
            return super().get_response(request)
        request.resolver_match = match
        try:
            response: HttpResponse = self._count_and_call(request)
        except Exception as error:  # noqa: BLE001 - of the counting itself; `_call` raises nothing
            response = response_for_exception(request, error)
        if response.status_code >= _FIRST_ERROR:
            log_response("%s: %s", response.reason_phrase, request.path, response=response, request=request)
        if "Content-Length" not in response.headers:
            response.headers["Content-Length"] = str(len(response.content))
        # Set one by one by `response.headers`, each would be converted and looked at anew: 6 to 20 microseconds, not 0.6.
        response.headers._store = {**self._headers[request.is_secure()], **response.headers._store}
        return response

    def _match(self, request: HttpRequest) -> ResolverMatch | None:
        """Where the call goes, if it is an ordinary one."""
        if (settings.SECURE_SSL_REDIRECT and not request.is_secure()) or not self._is_ours(request):
            return None
        path = request.path_info
        match = self._matches.get(path)
        if match is None:
            try:
                match = get_resolver().resolve(path)
            except Resolver404:
                return None
            if not issubclass(getattr(match.func, "view_class", object), LedgerView):
                return None
            if not match.kwargs and len(self._matches) < REMEMBERED_MAX:
                self._matches[path] = match
        return match

    def _is_ours(self, request: HttpRequest) -> bool:
        host = request.META.get("HTTP_HOST")
        if host in self._hosts:
            return True
        try:
            request.get_host()
        except DisallowedHost:
            return False
        if host is not None and len(host) <= HOST_LENGTH_MAX and len(self._hosts) < REMEMBERED_MAX:
            self._hosts.add(host)
        return True

    def _call(self, request: HttpRequest) -> HttpResponseBase:
        match = cast("ResolverMatch", request.resolver_match)
        try:
            response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        except Exception as error:  # noqa: BLE001 - as Django does: it is counted, logged and answered
            response = self.process_exception_by_middleware(error, request) or response_for_exception(request, error)
        return response


class Handler(ShortWay, WSGIHandler):
    """What the web server calls."""

    request_class = Request

    def __call__(self, environ: Any, start_response: Any) -> Any:
        response = super().__call__(environ, start_response)
        if not isinstance(response, HttpResponse):
            return response
        # A list is written at once, and nobody calls close() on it, which says that the request is finished.
        response.close()
        return [response.content]


def _headers_of_every_answer(*, is_secure: bool) -> Headers:
    """What the middleware that is passed by would have added, as a response keeps it."""
    scheme = "https" if is_secure else "http"
    request = WSGIRequest({"REQUEST_METHOD": "GET", "wsgi.url_scheme": scheme, "wsgi.input": BytesIO()})
    response = HttpResponse(headers={HEADER: STRICT})
    del response.headers["Content-Type"]
    for middleware in (XFrameOptionsMiddleware, SecurityMiddleware):
        middleware(lambda _: response).process_response(request, response)
    return dict(response.headers._store)
