"""Django's middleware, fitted to a service whose API is called a thousand times as often as its pages are."""

from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponseBase
from django.utils.deprecation import MiddlewareMixin
from django_prometheus.middleware import PrometheusAfterMiddleware
from django_prometheus.utils import Time, TimeSince

from doublex.api_errors import API_PREFIX, tls_required


class PagesOnly(MiddlewareMixin):
    """What serves people with a browser: a call of the API, which has neither session nor cookie, passes it by."""

    def __call__(self, request: HttpRequest) -> Any:
        if request.path_info.startswith(API_PREFIX):
            return self.get_response(request)
        return super().__call__(request)


class PagesSessionMiddleware(PagesOnly, SessionMiddleware):
    """Sessions, for pages."""


class PagesAuthenticationMiddleware(PagesOnly, AuthenticationMiddleware):
    """Who is logged in, for pages; callers of the API have keys (`ledger.api.authentication`)."""


class PagesMessageMiddleware(PagesOnly, MessageMiddleware):
    """Messages from one page to the next."""


class CallsOverTls(MiddlewareMixin):
    """Refuses a call of the API that comes in the clear where TLS is demanded.

    Pages are redirected. After a redirect many clients send a POST again as a GET, without its body, and take the answer
    for that of what they sent; and a key that went over the network once in the clear is no longer a secret.
    """

    def process_request(self, request: HttpRequest) -> HttpResponseBase | None:
        if settings.SECURE_SSL_REDIRECT and not request.is_secure() and request.path_info.startswith(API_PREFIX):
            return tls_required(request)
        return None


class RequestMetrics(PrometheusAfterMiddleware):  # type: ignore[misc]
    """django-prometheus' series of requests: their number, their results and their latency, by view and method.

    Its other series say the same by fewer labels, or what nobody asks, and cost every request a tenth of its time.
    """

    def process_request(self, request: HttpRequest) -> None:
        request.prometheus_after_middleware_event = Time()  # type: ignore[attr-defined]
        self._requests(self._method(request)).inc()

    def process_view(self, request: HttpRequest, *_: Any) -> None:
        """Nothing: the response tells the view."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        view, method = self._get_view_name(request), self._method(request)
        self._responses(str(response.status_code), view, method).inc()
        self._latency(view, method).observe(TimeSince(request.prometheus_after_middleware_event))  # type: ignore[attr-defined]
        return response

    # A series is looked up among its labels' values once; there are as many as views, methods and statuses.

    @cache  # noqa: B019 - there is one middleware
    def _requests(self, method: str) -> Any:
        return self.metrics.requests_by_method.labels(method=method)

    @cache  # noqa: B019
    def _responses(self, status: str, view: str, method: str) -> Any:
        return self.metrics.responses_by_status_view_method.labels(status=status, view=view, method=method)

    @cache  # noqa: B019
    def _latency(self, view: str, method: str) -> Any:
        return self.metrics.requests_latency_by_view_method.labels(view=view, method=method)
