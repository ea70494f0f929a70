"""The site that the admin's pages hang on."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from unfold.sites import UnfoldAdminSite

from ledger.audit import Actor, recorded_as


class BackOffice(UnfoldAdminSite):
    """Unfold's site; changing one's own password is recorded as one's own change."""

    index_template = "ledger/admin/dashboard.html"

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.method != "POST":
            return super().password_change(request, extra_context)
        with recorded_as(Actor.of_user(request.user)):
            return super().password_change(request, extra_context)
