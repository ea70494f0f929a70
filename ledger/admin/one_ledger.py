"""Accounts and journals are looked at one ledger at a time, as every index and every reader of books has it."""

from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter

from ledger.models import Ledger
from ledger.queries.ledgers import ledger_id_of

_REMEMBERED_AS = "ledger"


def ledger_codes() -> list[tuple[str, str]]:
    """The ledgers, as a form's choices."""
    return [(code, code) for code in Ledger.objects.order_by("code").values_list("code", flat=True)]


def remembered_ledger(request: HttpRequest) -> str | None:
    """The code of the ledger that this user looked at last."""
    return request.session.get(_REMEMBERED_AS)


class OneLedgerFilter(DropdownFilter):
    """One ledger: the one asked for, else the one looked at last, else the first."""

    title = "ledger"
    parameter_name = "ledger"
    all_option = None

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        self._remembered = remembered_ledger(request)
        super().__init__(request, *args)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        return ledger_codes()

    def value(self) -> str:
        codes = [code for code, _ in self.lookup_choices]
        asked = super().value()
        if asked is not None:
            return str(asked)
        return self._remembered if self._remembered and self._remembered in codes else codes[0]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        code = self.value()
        if (code, code) not in self.lookup_choices:
            raise IncorrectLookupParameters(f"There is no ledger {code!r}.")
        if request.session.get(_REMEMBERED_AS) != code:
            request.session[_REMEMBERED_AS] = code
        # By its id, not by a join on its code: only so the index on (ledger, number) gives the order too.
        return queryset.filter(ledger_id=ledger_id_of(code))
