from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from ledger.domain.scopes import Scope
from ledger.models.columns import VIEW_ONLY, new_id
from ledger.models.ledger import Ledger


class ApiKey(models.Model):
    """A caller's key to one ledger. Only its SHA-256 is kept, so it can be shown once and never again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    ledger = models.ForeignKey(Ledger, on_delete=models.PROTECT, related_name="api_keys")
    name = models.TextField(blank=True, default="")
    prefix = models.TextField(help_text="The key's first characters, to tell keys apart.")
    secret_hash = models.BinaryField(unique=True)
    scopes = ArrayField(models.TextField(choices=[(member.value, member.value) for member in Scope]))
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, help_text="To the minute: not every request is written.")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = VIEW_ONLY
        permissions = [("manage_api_keys", "Can make and revoke API keys")]
        verbose_name = "API key"
        ordering = ("-created_at",)
        constraints = [
            models.CheckConstraint(
                name="api_key_scopes_are_known",
                condition=Q(scopes__contained_by=[member.value for member in Scope]),
            ),
            models.CheckConstraint(name="api_key_has_a_scope", condition=~Q(scopes=[])),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}…"
