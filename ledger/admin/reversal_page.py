"""The form by which a journal is reversed."""

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.urls import reverse

from ledger.admin import cells
from ledger.admin.action_pages import ActionPage, Day, Done, Text
from ledger.domain.journals import PlannedJournal
from ledger.domain.keys import require_key
from ledger.domain.orders import ReversalOrder
from ledger.domain.refusals import Refusal
from ledger.models import Journal
from ledger.posting import planned_reversal, reverse_journal


class ReversalForm(forms.Form):
    value_date = Day(required=False, help_text="Empty: today in the ledger's time zone, or the next open day.")
    description = Text(required=False, help_text="Why it is reversed.")
    # Made when the form is shown and sent with it: a form that is sent twice posts once.
    idempotency_key = forms.CharField(required=False, widget=forms.HiddenInput())


def reversing(journal: Journal) -> ActionPage:
    def perform(clean: dict[str, Any]) -> Done:
        order = ReversalOrder(
            ledger_id=journal.ledger_id,
            journal_id=journal.id,
            idempotency_key=require_key(clean["idempotency_key"]),
            value_date=clean["value_date"],
            description=clean["description"],
        )
        posted = reverse_journal(order)
        reversal = posted.journals[0]
        said = "was posted already; nothing was posted twice" if posted.duplicate else "is posted"
        return Done(
            f"Journal {journal.number} is reversed: journal {reversal.number} {said}.",
            reverse("admin:ledger_journal_change", args=[reversal.id]),
        )

    return ActionPage(
        title=f"Reverse journal {journal.number}",
        lead="This posts a journal with the same legs on the opposite sides. A journal is reversed once, and a "
        "reversal cannot be reversed.",
        submit="Reverse",
        form=ReversalForm,
        perform=perform,
        back=reverse("admin:ledger_journal_change", args=[journal.id]),
        initial={"idempotency_key": f"admin-{uuid.uuid4()}"},
        is_dangerous=True,
        tables=_legs_to_be(journal),
    )


def _legs_to_be(journal: Journal) -> list[tuple[str, dict[str, Any]]]:
    """The legs that it would post: of a conversion those of both its journals; none where it is no journal to reverse."""
    try:
        planned = planned_reversal(ReversalOrder(journal.ledger_id, journal.id, idempotency_key="shown"))
    except Refusal:
        return []
    columns = ("#", "Account", "Debit", "Credit")
    title = "The legs that this posts"
    return [
        (
            title if len(planned) == 1 else f"{title}, journal {number} of {len(planned)}",
            cells.table(columns, _rows(one)),
        )
        for number, one in enumerate(planned, 1)
    ]


def _rows(planned: PlannedJournal) -> Iterator[Sequence[Any]]:
    for position, leg in enumerate(planned.legs, 1):
        amount = cells.amount(leg.amount, leg.account.minor_units, leg.account.ccy)
        account = cells.page_of("ledger_account", leg.account.id, leg.account.code)
        yield (cells.figure(position), account, *cells.in_columns(amount, leg.side))
