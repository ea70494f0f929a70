"""Where every app's pages and endpoints are mounted."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from django_prometheus.exports import ExportToDjangoView

from doublex import health
from doublex.api_docs import SchemaView, docs
from ledger.front_page import front_page

urlpatterns: list[URLPattern | URLResolver] = [
    # What is asked most comes first: they are tried in order.
    path("api/", include("ledger.api.urls")),
    path("", front_page, name="front"),
    path("admin/", admin.site.urls),
    re_path("^api/schema/?$", SchemaView.as_view(), name="schema"),
    re_path("^api/docs/?$", docs, name="docs"),
    path("api/reports/", include("fx.api.urls")),
    path("api/reports/", include("ledger.api.reports")),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", ExportToDjangoView, name="metrics"),
]

handler400 = "doublex.api_errors.bad_request"
handler403 = "doublex.api_errors.permission_denied"
handler404 = "doublex.api_errors.page_not_found"
handler500 = "doublex.api_errors.server_error"
