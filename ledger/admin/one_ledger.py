"""Accounts and journals are looked at one ledger at a time, as every index and every reader of books has it."""

from typing import Any

from django.conf import settings
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.contrib.filters.admin import DropdownFilter

from ledger.admin.read_only import ReadOnlyAdmin
from ledger.models import Ledger
from ledger.queries.ledgers import ledger_id_of

# In the session until the user logs out, in the browser until he comes back.
_REMEMBERED_AS = "ledger"
_COOKIE = "last_ledger"
_COOKIE_SECONDS = 365 * 24 * 3600


def ledger_codes() -> list[tuple[str, str]]:
    """The ledgers, as a form's choices."""
    return [(code, code) for code in Ledger.objects.order_by("code").values_list("code", flat=True)]


def ledger_choices() -> list[tuple[str, str]]:
    """The same where nobody shall act on a ledger only because it comes first: one of several has to be chosen."""
    codes = ledger_codes()
    return codes if len(codes) == 1 else [("", "Choose a ledger"), *codes]


def remembered_ledger(request: HttpRequest) -> str | None:
    """The code of the ledger that this user looked at last, or, before he looked at any, this browser's last."""
    code: str | None = request.session.get(_REMEMBERED_AS)
    if code is None:
        code = request.get_signed_cookie(_COOKIE, None, salt=_salt(request))
    return code


class OneLedgerAdmin(ReadOnlyAdmin):
    """A list of one ledger's rows, which remembers the ledger for the next visit."""

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        code = request.session.get(_REMEMBERED_AS)
        if code is not None and code != request.get_signed_cookie(_COOKIE, None, salt=_salt(request)):
            response.set_signed_cookie(
                _COOKIE,
                code,
                salt=_salt(request),
                max_age=_COOKIE_SECONDS,
                path=reverse("admin:index"),
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response


class OneLedgerFilter(DropdownFilter):
    """One ledger: the one asked for, else the one looked at last, else the only one there is; else none is shown."""

    title = "ledger"
    parameter_name = "ledger"
    all_option = None
    # Says where one looks, and not what one looks for (`SturdyAdmin`).
    is_of_one_ledger = True

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        self._remembered = remembered_ledger(request)
        super().__init__(request, *args)
        # Here and not where it filters: for "Show counts" it filters by every ledger in turn.
        code = self.value()
        if (code, code) in self.lookup_choices and request.session.get(_REMEMBERED_AS) != code:
            request.session[_REMEMBERED_AS] = code

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        return ledger_codes()

    def value(self) -> str | None:
        codes = [code for code, _ in self.lookup_choices]
        asked = super().value()
        if asked:
            return str(asked)
        if self._remembered in codes:
            return self._remembered
        return codes[0] if len(codes) == 1 else None

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        code = self.value()
        if code is None:
            return queryset.none()
        if (code, code) not in self.lookup_choices:
            raise IncorrectLookupParameters(f"There is no ledger {code!r}.")
        # By its id, not by a join on its code: only so the index on (ledger, number) gives the order too.
        return queryset.filter(ledger_id=ledger_id_of(code))


def _salt(request: HttpRequest) -> str:
    """Each user's own: who logs in after another on the same machine is not shown the other's choice."""
    return f"ledger.admin.one_ledger {request.user.pk}"
