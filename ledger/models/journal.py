from datetime import date

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q

from ledger.domain.accounts import Side
from ledger.domain.journals import JournalKind
from ledger.models.account import Account
from ledger.models.columns import VIEW_ONLY, AmountField, CodeField, TotalField, new_id
from ledger.models.currency import Currency
from ledger.models.ledger import Ledger

# The database checks these references in sets, in a trigger: row by row they cost more than the insert itself
# (docs/decisions). What they point at is never deleted.
CHECKED_BY_TRIGGER = False


class IdempotencyKey(models.Model):
    """The sentinel of one posting: a key posts once, for ever. Written with its journals, in one statement."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    ledger = models.ForeignKey(
        Ledger, on_delete=models.PROTECT, related_name="+", db_constraint=CHECKED_BY_TRIGGER, db_index=False
    )
    key = CodeField()
    fingerprint = models.BinaryField(help_text="SHA-256 of the normalised request.")
    journal_count = models.SmallIntegerField()

    class Meta:
        default_permissions = VIEW_ONLY
        constraints = [
            models.UniqueConstraint(name="key_posts_once", fields=["ledger", "key"]),
            models.CheckConstraint(name="key_is_printable", condition=Q(key__regex="^[ -~]+$", key__length__lte=255)),
            models.CheckConstraint(name="key_has_journals", condition=Q(journal_count__gte=1)),
        ]

    def __str__(self) -> str:
        return self.key


class Journal(models.Model):
    """One balanced posting. Append-only; a correction is a reversal."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    ledger = models.ForeignKey(
        Ledger,
        on_delete=models.PROTECT,
        related_name="journals",
        db_constraint=CHECKED_BY_TRIGGER,
        db_index=False,
    )
    number = models.BigIntegerField(help_text="Gapless per ledger, in posting order.")
    kind = models.TextField(choices=[(member.value, member.value) for member in JournalKind])
    idempotency_key = models.ForeignKey(
        IdempotencyKey,
        on_delete=models.PROTECT,
        related_name="journals",
        db_constraint=CHECKED_BY_TRIGGER,
        db_index=False,
    )
    ordinal = models.SmallIntegerField(help_text="Which of its key's journals this is, from 1.")
    value_date = models.DateField()
    posted_at = models.DateTimeField()
    description = models.TextField(blank=True, default="")
    reference = models.TextField(blank=True, default="")
    metadata = models.JSONField(default=dict, blank=True)
    # In the database its unique index holds reversals only (migration 0010).
    reverses = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reversed_by",
        db_constraint=CHECKED_BY_TRIGGER,
    )
    leg_count = models.SmallIntegerField()

    class Meta:
        default_permissions = VIEW_ONLY
        permissions = [("reverse_journal", "Can reverse journals")]
        ordering = ("ledger", "number")
        constraints = [
            models.UniqueConstraint(name="journal_number_is_unique", fields=["ledger", "number"]),
            models.UniqueConstraint(name="journal_of_key", fields=["idempotency_key", "ordinal"]),
            models.CheckConstraint(name="journal_has_at_least_two_legs", condition=Q(leg_count__range=(2, 1000))),
            models.CheckConstraint(
                name="journal_kind_is_known", condition=Q(kind__in=[member.value for member in JournalKind])
            ),
            # Python's dates end where PostgreSQL's 'infinity' begins.
            models.CheckConstraint(
                name="journal_value_date_is_a_day",
                condition=Q(value_date__range=(date(1900, 1, 1), date(9999, 12, 30))),
            ),
            models.CheckConstraint(
                name="journal_reversal_says_what_it_reverses",
                condition=Q(reverses__isnull=True) & ~Q(kind=JournalKind.REVERSAL.value)
                | Q(reverses__isnull=False) & Q(kind=JournalKind.REVERSAL.value),
            ),
        ]
        indexes = [
            models.Index(name="journal_by_value_date", fields=["ledger", "value_date", "number"]),
            models.Index(
                name="journal_by_reference",
                fields=["ledger", "reference", "number"],
                condition=~Q(reference=""),
            ),
            # Neither costs anything for what many journals are: transfers, and without metadata.
            models.Index(
                name="journal_by_special_kind",
                fields=["ledger", "number"],
                condition=~Q(kind=JournalKind.TRANSFER.value),
            ),
            # Without fastupdate: some posting would have to flush the pending list while it holds the gate.
            GinIndex(
                OpClass("metadata", name="jsonb_path_ops"),
                name="journal_by_metadata",
                fastupdate=False,
                condition=~Q(metadata={}),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}"


class Leg(models.Model):
    """One line of a journal: a side and a positive amount on one account."""

    pk = models.CompositePrimaryKey("journal_id", "position")
    ledger = models.ForeignKey(
        Ledger, on_delete=models.PROTECT, related_name="+", db_constraint=CHECKED_BY_TRIGGER, db_index=False
    )
    journal = models.ForeignKey(
        Journal,
        on_delete=models.PROTECT,
        related_name="legs",
        db_constraint=CHECKED_BY_TRIGGER,
        db_index=False,
    )
    position = models.SmallIntegerField(help_text="The leg's place in its journal, from 1.")
    account = models.ForeignKey(
        Account,
        on_delete=models.PROTECT,
        related_name="legs",
        db_constraint=CHECKED_BY_TRIGGER,
        db_index=False,
    )
    side = models.TextField(choices=[(member.value, member.value) for member in Side])
    amount = AmountField()
    ccy = models.ForeignKey(
        Currency,
        on_delete=models.PROTECT,
        db_column="ccy",
        related_name="+",
        db_constraint=CHECKED_BY_TRIGGER,
        db_index=False,
    )
    value_date = models.DateField(help_text="The journal's, repeated so that one index answers 'as of'.")
    account_seq = models.BigIntegerField(help_text="The leg's running number in its account, from 1.")
    balance_after = TotalField()

    class Meta:
        default_permissions = VIEW_ONLY
        ordering = ("journal", "position")
        constraints = [
            models.UniqueConstraint(name="leg_number_is_unique_in_account", fields=["account", "account_seq"]),
            models.CheckConstraint(name="leg_side_is_known", condition=Q(side__in=[member.value for member in Side])),
            # The upper bound is what shuts NaN out: PostgreSQL sorts it above every number.
            models.CheckConstraint(name="leg_amount_is_positive", condition=Q(amount__gt=0, amount__lt=10**20)),
        ]
        indexes = [models.Index(name="leg_by_value_date", fields=["account", "value_date", "account_seq"])]

    def __str__(self) -> str:
        return f"{self.side} {self.amount} {self.ccy_id}"
