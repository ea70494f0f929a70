"""Changes made through the admin carry the name of who was logged in."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

from ledger.admin.read_only import SturdyAdmin
from ledger.audit import Actor, recorded_as

_READING = ("GET", "HEAD", "OPTIONS", "TRACE")


def actor_of(request: HttpRequest) -> Actor:
    """Who is logged in."""
    return Actor.of_user(request.user)


class RecordedAdmin(SturdyAdmin):
    """A model that is changed by Django's own forms: each form is one transaction that says who sent it."""

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        with recorded(request):
            return super().add_view(request, form_url, extra_context)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        with recorded(request):
            return super().changeform_view(request, object_id, form_url, extra_context)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        with recorded(request):
            return super().delete_view(request, object_id, extra_context)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        with recorded(request):
            return super().changelist_view(request, extra_context)


@contextmanager
def recorded(request: HttpRequest) -> Iterator[None]:
    """What a form sends is one transaction, recorded as its sender's."""
    # Django's views call each other: the outermost has told PostgreSQL already.
    if request.method in _READING or connection.in_atomic_block:
        yield
    else:
        with recorded_as(actor_of(request)):
            yield
