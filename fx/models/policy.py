from django.db import models
from django.db.models import F, Q

from fx.domain.conversion import Rounding
from ledger.models import Account, Currency, Ledger
from ledger.models.columns import new_id

# A basis point is a hundredth of a percent.
BPS_MAX = 10_000


class LedgerSettings(models.Model):
    """How a ledger converts. A ledger without a row converts as a new row would say."""

    ledger = models.OneToOneField(Ledger, on_delete=models.PROTECT, primary_key=True, related_name="+")
    tolerance_bps = models.DecimalField(
        max_digits=7,
        decimal_places=2,
        default=0,
        help_text="How far stated amounts may be off the rate, where that is more than one minor unit.",
    )
    rounding = models.TextField(
        choices=[(member.value, member.value) for member in Rounding], default=Rounding.HALF_EVEN
    )

    class Meta:
        verbose_name_plural = "ledger settings"
        constraints = [
            models.CheckConstraint(
                name="fx_tolerance_in_range", condition=Q(tolerance_bps__gte=0, tolerance_bps__lt=BPS_MAX)
            ),
            models.CheckConstraint(
                name="fx_rounding_is_known", condition=Q(rounding__in=[member.value for member in Rounding])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ledger_id}: {self.rounding}"


class Spread(models.Model):
    """What a ledger earns on conversions of a pair, in either direction, and the account that it is posted to."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    ledger = models.ForeignKey(Ledger, on_delete=models.PROTECT, related_name="+", db_index=False)
    base = models.ForeignKey(Currency, on_delete=models.PROTECT, db_column="base", related_name="+", db_index=False)
    quote = models.ForeignKey(Currency, on_delete=models.PROTECT, db_column="quote", related_name="+", db_index=False)
    bps = models.DecimalField(max_digits=7, decimal_places=2, help_text="Zero: none, from now on.")
    income_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("ledger", "base", "quote")
        constraints = [
            models.UniqueConstraint(name="spread_is_one_per_pair", fields=["ledger", "base", "quote"]),
            models.CheckConstraint(name="spread_has_one_direction", condition=Q(base__lt=F("quote"))),
            models.CheckConstraint(name="spread_in_range", condition=Q(bps__gte=0, bps__lt=BPS_MAX)),
        ]

    def __str__(self) -> str:
        return f"{self.base_id}/{self.quote_id}: {self.bps} bps"
