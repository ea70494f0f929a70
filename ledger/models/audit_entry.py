import json
from decimal import Decimal
from typing import Any

from django.db import models

from ledger.models.columns import VIEW_ONLY
from ledger.models.ledger import Ledger


class ExactDecoder(json.JSONDecoder):
    """Reads amounts as they were written; a float would round them, and take two that differ for one."""

    def __init__(self, **options: Any) -> None:
        super().__init__(parse_float=Decimal, **options)


class AuditEntry(models.Model):
    """One recorded change of a ledger, currency, account, key, user, group or right. Only a trigger writes it.

    Users, keys and rows are named and not referred to by foreign key: what they name may be gone later.
    """

    id = models.BigAutoField(primary_key=True)
    changed_at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True, help_text="Who was logged in, as the application said.")
    user_name = models.TextField(blank=True, default="")
    api_key_id = models.UUIDField(null=True, help_text="Whose key it was, as the application said.")
    database_role = models.TextField(help_text="The role that PostgreSQL knows to have made the change.")
    ledger = models.ForeignKey(
        Ledger, on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    table_name = models.TextField()
    row_id = models.TextField()
    operation = models.TextField(choices=[(name, name) for name in ("insert", "update", "delete")])
    old_row = models.JSONField(null=True, decoder=ExactDecoder, help_text="Before the change, without secrets.")
    new_row = models.JSONField(null=True, decoder=ExactDecoder, help_text="After the change, without secrets.")

    class Meta:
        default_permissions = VIEW_ONLY
        verbose_name = "audit entry"
        verbose_name_plural = "audit entries"
        ordering = ("-id",)
        indexes = [
            models.Index(name="audit_entry_by_row", fields=["table_name", "row_id", "id"]),
            models.Index(name="audit_entry_by_ledger", fields=["ledger", "id"]),
            models.Index(name="audit_entry_by_user", fields=["user_name", "id"]),
        ]

    def __str__(self) -> str:
        return f"Entry {self.id}"
