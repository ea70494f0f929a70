"""The settlement that a journal is half of."""

from uuid import UUID

from django.db.models import Q

from fx.models import Settlement


def settlement_of(journal_id: UUID) -> Settlement | None:
    """The settlement of which the journal is one of the two."""
    return Settlement.objects.filter(Q(base_journal_id=journal_id) | Q(quote_journal_id=journal_id)).first()
