from typing import Any

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Abs
from django.db.models.lookups import LessThanOrEqual

from fx.domain.conversion import RESIDUAL_DECIMALS, ConversionRate, Rounding, as_text
from fx.models.bounds import DAYS, TOTAL_MAX
from ledger.domain.accounts import Side
from ledger.models import Currency, Journal, Ledger
from ledger.models.columns import AmountField, CodeField, TotalField, new_id
from ledger.models.journal import CHECKED_BY_TRIGGER

# Beyond what a cross of the two most extreme rates can be. PostgreSQL sorts NaN above it.
FACTOR_MAX = 10**25


class FactorField(models.DecimalField):
    """A number with all its decimals, as it was used: `numeric` without a scale of its own."""

    def __init__(self, **options: Any) -> None:
        options |= {"max_digits": 130, "decimal_places": 65}
        super().__init__(**options)

    def db_type(self, connection: Any) -> str:  # noqa: ARG002 - Django's signature
        return "numeric"


def _left_over() -> models.Expression:
    """The residual once more, from amounts and factors, times the divisor: nothing here is divided, so it is exact."""
    posted = F("quote_amount") * F("divide_by")
    exact = F("base_amount") * F("multiply_by")
    said = F("residual") * F("divide_by")
    return Abs(models.ExpressionWrapper(posted - exact - said, output_field=FactorField()))


def _a_hair() -> models.Expression:
    return models.ExpressionWrapper(
        F("divide_by") * Value(f"1E-{RESIDUAL_DECIMALS - 1}", output_field=FactorField()), output_field=FactorField()
    )


class Settlement(models.Model):
    """The two journals of a transfer between two currencies, or of its reversal, and how one amount became the other.

    `base_amount` and `quote_amount` are what passed through the two clearing accounts: base_amount x multiply_by /
    divide_by is the exact quote amount, and `residual` what was posted beyond it. The rate is units of quote for one
    unit of base; the steps are the stored rates that it was made of, each with its revision.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    ledger = models.ForeignKey(Ledger, on_delete=models.PROTECT, related_name="+")
    # Real foreign keys would be checked row by row; the deferred trigger looks at both journals anyway.
    base_journal = models.OneToOneField(
        Journal, on_delete=models.PROTECT, related_name="settled_base", db_constraint=CHECKED_BY_TRIGGER
    )
    quote_journal = models.OneToOneField(
        Journal, on_delete=models.PROTECT, related_name="settled_quote", db_constraint=CHECKED_BY_TRIGGER
    )
    base = models.ForeignKey(
        Currency, on_delete=models.PROTECT, db_column="base", related_name="+", db_constraint=False, db_index=False
    )
    quote = models.ForeignKey(
        Currency, on_delete=models.PROTECT, db_column="quote", related_name="+", db_constraint=False, db_index=False
    )
    base_amount = AmountField()
    quote_amount = AmountField()
    base_side = models.TextField(
        choices=[(member.value, member.value) for member in Side],
        help_text="Of the leg on the base currency's clearing account; the other one is opposite.",
    )
    rate = FactorField(help_text="Units of quote for one unit of base.")
    multiply_by = FactorField()
    divide_by = FactorField()
    rate_date = models.DateField()
    rate_source = CodeField()
    path = models.TextField(help_text="direct, inverse, cross, or stated by the caller.")
    steps = models.JSONField(default=list, help_text="The stored rates that were used, each with its revision.")
    residual = FactorField(help_text="Posted beyond the exact amount, in the quote currency.")
    rounding = models.TextField(choices=[(member.value, member.value) for member in Rounding])
    spread_bps = models.DecimalField(max_digits=7, decimal_places=2, default=0)
    book_value = TotalField(null=True, help_text="In the ledger's base currency, at the time; null where no rate was.")
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversed_by")

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(name="settlement_is_between_two_currencies", condition=~Q(base=F("quote"))),
            models.CheckConstraint(
                name="settlement_amounts_are_positive",
                condition=Q(base_amount__gt=0, base_amount__lt=10**20, quote_amount__gt=0, quote_amount__lt=10**20),
            ),
            models.CheckConstraint(
                name="settlement_rate_is_a_positive_number",
                condition=Q(
                    rate__gt=0,
                    rate__lt=FACTOR_MAX,
                    multiply_by__gt=0,
                    multiply_by__lt=FACTOR_MAX,
                    divide_by__gt=0,
                    divide_by__lt=FACTOR_MAX,
                ),
            ),
            models.CheckConstraint(
                name="settlement_residual_is_what_the_rate_leaves",
                condition=Q(LessThanOrEqual(_left_over(), _a_hair())),
            ),
            models.CheckConstraint(
                name="settlement_figures_are_figures",
                condition=Q(rate_date__range=DAYS, spread_bps__range=(0, 10_000))
                & (Q(book_value__isnull=True) | Q(book_value__gt=-TOTAL_MAX, book_value__lt=TOTAL_MAX)),
            ),
            models.CheckConstraint(
                name="settlement_side_is_known", condition=Q(base_side__in=[member.value for member in Side])
            ),
            models.CheckConstraint(
                name="settlement_rounding_is_known", condition=Q(rounding__in=[member.value for member in Rounding])
            ),
        ]

    def __str__(self) -> str:
        return f"{as_text(self.base_amount)} {self.base_id} = {as_text(self.quote_amount)} {self.quote_id}"

    @property
    def conversion_rate(self) -> ConversionRate:
        """The rate as it was used; its steps are in `steps`."""
        return ConversionRate(
            self.base_id,
            self.quote_id,
            self.multiply_by,
            self.divide_by,
            self.rate,
            self.rate_date,
            self.rate_source,
            self.path,
        )
