"""Where every app's pages and endpoints are mounted."""

from collections.abc import Callable

from django.contrib import admin
from django.http import HttpResponseBase
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView

from doublex import health
from doublex.api_docs import SchemaView, docs
from ledger.front_page import front_page


def only_read(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view that takes no form: another method is a 405, and no word about forms that are no longer valid."""
    return csrf_exempt(require_safe(view))


urlpatterns: list[URLPattern | URLResolver] = [
    # What is asked most comes first: they are tried in order.
    path("api/", include("ledger.api.urls")),
    path("", only_read(front_page), name="front"),
    path("admin/", admin.site.urls),
    re_path("^api/schema/?$", SchemaView.as_view(), name="schema"),
    re_path("^api/docs/?$", docs, name="docs"),
    path("api/reports/", include("fx.api.urls")),
    path("api/reports/", include("ledger.api.reports")),
    path("healthz", only_read(health.healthz)),
    path("readyz", only_read(health.readyz)),
    path("metrics", only_read(ExportToDjangoView), name="metrics"),
]

handler400 = "doublex.api_errors.bad_request"
handler403 = "doublex.api_errors.permission_denied"
handler404 = "doublex.api_errors.page_not_found"
handler500 = "doublex.api_errors.server_error"
