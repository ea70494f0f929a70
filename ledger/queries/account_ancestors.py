"""An account and everything above it."""

from uuid import UUID

from django.db import connection

# UNION, not UNION ALL: it ends even on a circle.
_ANCESTORS = """
    WITH RECURSIVE above AS (
        SELECT id, parent_id FROM ledger_account WHERE id = %s
        UNION
        SELECT a.id, a.parent_id FROM ledger_account a JOIN above ON a.id = above.parent_id
    )
    SELECT id FROM above
"""


def ancestors(account_id: UUID) -> set[UUID]:
    """The account itself, its parent, that one's parent, and so on."""
    with connection.cursor() as cursor:
        cursor.execute(_ANCESTORS, [account_id])
        return {id_ for (id_,) in cursor.fetchall()}
