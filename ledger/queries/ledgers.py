"""Which ledger is meant by a code."""

from uuid import UUID

from ledger.models import Ledger

# A ledger's code never changes once it exists and a ledger is never deleted, so what was found stays right.
_ids: dict[str, UUID] = {}


def ledger_id_of(code: str) -> UUID | None:
    """The id of the ledger of that code."""
    if code not in _ids:
        found = Ledger.objects.filter(code=code).values_list("id", flat=True).first()
        if found is None:
            return None
        _ids[code] = found
    return _ids[code]
