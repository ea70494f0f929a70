from django.db import models
from django.db.models import Case, F, Q, When

from ledger.domain.accounts import AccountStatus, AccountType, Side
from ledger.models.columns import VIEW_ONLY, CodeField, TotalField, new_id
from ledger.models.currency import Currency
from ledger.models.ledger import Ledger

# The account's own, which has foreign keys; the trigger account_has_a_balance copies them, and nobody changes them.
WRITTEN_BY_TRIGGER = False


class Account(models.Model):
    """An account of a ledger. Its code, currency, type and `non_negative` never change."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    ledger = models.ForeignKey(Ledger, on_delete=models.PROTECT, related_name="accounts", db_index=False)
    code = CodeField()
    name = models.TextField()
    ccy = models.ForeignKey(Currency, on_delete=models.PROTECT, db_column="ccy", related_name="+")
    type = models.TextField(choices=[(member.value, member.value) for member in AccountType])
    non_negative = models.BooleanField(default=False)
    status = models.TextField(
        choices=[(member.value, member.value) for member in AccountStatus], default=AccountStatus.ACTIVE
    )
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    metadata = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = VIEW_ONLY
        permissions = [
            ("open_account", "Can open accounts"),
            ("rename_account", "Can change an account's name and parent"),
            ("freeze_account", "Can freeze and unfreeze accounts"),
            ("close_account", "Can close and reopen accounts"),
        ]
        ordering = ("code",)
        constraints = [
            models.UniqueConstraint(name="account_code_is_unique_in_its_ledger", fields=["ledger", "code"]),
            models.CheckConstraint(
                name="account_code_is_printable", condition=Q(code__regex="^[!-~]+$", code__length__lte=128)
            ),
            models.CheckConstraint(
                name="account_type_is_known", condition=Q(type__in=[member.value for member in AccountType])
            ),
            models.CheckConstraint(
                name="account_status_is_known",
                condition=Q(status__in=[member.value for member in AccountStatus]),
            ),
            models.CheckConstraint(
                name="account_is_not_its_own_parent", condition=Q(parent__isnull=True) | ~Q(parent=F("id"))
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def normal_side(self) -> Side:
        return AccountType(self.type).normal_side


class Balance(models.Model):
    """An account's running totals. The database makes the row, folds legs into it, and lets nobody else write."""

    account = models.OneToOneField(Account, on_delete=models.PROTECT, primary_key=True, related_name="balance_row")
    # What legs have to fit, repeated from the account for the one statement that folds them in.
    ledger = models.ForeignKey(
        Ledger, on_delete=models.PROTECT, related_name="+", db_constraint=WRITTEN_BY_TRIGGER, db_index=False
    )
    ccy = models.ForeignKey(
        Currency,
        on_delete=models.PROTECT,
        db_column="ccy",
        related_name="+",
        db_constraint=WRITTEN_BY_TRIGGER,
        db_index=False,
    )
    minor_units = models.SmallIntegerField(help_text="The currency's decimals.")
    debit_normal = models.BooleanField()
    non_negative = models.BooleanField()
    active = models.BooleanField(help_text="False while the account is frozen or closed: no leg may fold in.")
    debits = TotalField(default=0)
    credits = TotalField(default=0)
    leg_count = models.BigIntegerField(default=0, help_text="The running number of the account's last leg.")
    balance = models.GeneratedField(
        expression=Case(When(debit_normal=True, then=F("debits") - F("credits")), default=F("credits") - F("debits")),
        output_field=TotalField(),
        db_persist=True,
    )

    class Meta:
        default_permissions = VIEW_ONLY
        constraints = [
            models.CheckConstraint(
                name="account_must_not_go_below_zero", condition=Q(non_negative=False) | Q(balance__gte=0)
            ),
            models.CheckConstraint(
                name="balance_totals_only_grow", condition=Q(debits__gte=0, credits__gte=0, leg_count__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.balance}"
