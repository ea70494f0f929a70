from django.db import models
from django.db.models import Q

from ledger.models.columns import VIEW_ONLY, AmountField, CodeField, new_id
from ledger.models.currency import Currency


class Ledger(models.Model):
    """One set of books; a tenant."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = CodeField(unique=True)
    base_ccy = models.ForeignKey(Currency, on_delete=models.PROTECT, db_column="base_ccy", related_name="+")
    timezone = models.TextField(default="UTC", help_text="IANA name; the ledger's day ends at its midnight.")
    transfer_limit = AmountField(
        null=True,
        blank=True,
        help_text="The most that one transfer may move, in major units of the transfer's currency.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = VIEW_ONLY
        permissions = [("open_ledger", "Can open ledgers")]
        ordering = ("code",)
        constraints = [
            models.CheckConstraint(
                name="ledger_code_is_a_slug", condition=Q(code__regex=r"^[a-z0-9][a-z0-9_-]{0,62}$")
            ),
            models.CheckConstraint(
                name="ledger_transfer_limit_is_positive",
                condition=Q(transfer_limit__isnull=True) | Q(transfer_limit__gt=0, transfer_limit__lt=10**20),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class BookState(models.Model):
    """Where a ledger's books stand. Made by the database with its ledger, moved by postings and by the close."""

    ledger = models.OneToOneField(Ledger, on_delete=models.PROTECT, primary_key=True, related_name="book_state")
    last_number = models.BigIntegerField(default=0, help_text="The number of the ledger's newest journal.")
    last_posted_at = models.DateTimeField(null=True)
    closed_through = models.DateField(null=True, help_text="Nothing is posted on or before this date.")
    soft_lock_date = models.DateField(null=True)

    class Meta:
        default_permissions = VIEW_ONLY
        verbose_name = "book state"
        constraints = [models.CheckConstraint(name="book_state_number_counts_up", condition=Q(last_number__gte=0))]

    def __str__(self) -> str:
        return f"{self.ledger_id} at {self.last_number}"
