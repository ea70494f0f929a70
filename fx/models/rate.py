from typing import Any

from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Abs, Cast, Now
from django.db.models.lookups import LessThan, LessThanOrEqual

from fx.domain.rates import (
    QUOTED_DECIMALS_MAX,
    RATE_DIGITS,
    RATE_MAX,
    RATE_MIN,
    SOURCE_LENGTH_MAX,
    SOURCE_PATTERN,
    RateType,
)
from fx.models.bounds import DAYS
from ledger.models import Currency
from ledger.models.columns import CodeField, new_id
from ledger.models.journal import CHECKED_BY_TRIGGER

INTEGER_DIGITS_MAX = 13

# Real foreign keys would be checked row by row; rate_is_between_known_currencies looks at a file's rates as a set.
_OF_KNOWN_CURRENCIES: dict[str, Any] = {
    "on_delete": models.PROTECT,
    "related_name": "+",
    "db_index": False,
    "db_constraint": CHECKED_BY_TRIGGER,
}


class RateField(models.DecimalField):
    """A rate with as many decimals as it was given, trailing zeros included: `numeric` without a scale of its own."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("decimal_places", QUOTED_DECIMALS_MAX)
        options["max_digits"] = INTEGER_DIGITS_MAX + options["decimal_places"]
        super().__init__(**options)

    def db_type(self, connection: Any) -> str:  # noqa: ARG002 - Django's signature
        return "numeric"


class Scale(Func):
    """How many decimals a number is stored with."""

    function = "scale"
    output_field = models.IntegerField()


def _times_its_quotation() -> models.Expression:
    product = models.ExpressionWrapper(F("value") * F("quoted_value") - Value(1), output_field=RateField())
    return Abs(product)


def _date_of_its_instant() -> models.Expression:
    in_utc = Func(Value("UTC"), F("quoted_at"), function="timezone", output_field=models.DateTimeField())
    return Cast(in_utc, models.DateField())


class Rate(models.Model):
    """One quotation, kept in its pair's one direction: one `base` is worth `value` `quote`.

    A new value for the same key is a new revision of the row; `RateRevision` keeps them all.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    base = models.ForeignKey(Currency, db_column="base", **_OF_KNOWN_CURRENCIES)
    quote = models.ForeignKey(Currency, db_column="quote", **_OF_KNOWN_CURRENCIES)
    type = models.TextField(choices=[(member.value, member.value) for member in RateType], default=RateType.MID)
    source = CodeField(help_text="Who quoted it: ECB, manual, ...")
    date = models.DateField()
    quoted_at = models.DateTimeField(null=True, help_text="For a source that quotes more than once a day.")
    value = RateField(decimal_places=RATE_DIGITS + 12, help_text="Units of quote for one unit of base.")
    quoted_value = RateField(help_text="As the source gave it.")
    quoted_inverted = models.BooleanField(default=False, help_text="The source quoted the pair the other way round.")
    revision = models.IntegerField(default=1)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ("view",)
        permissions = [("import_rate", "Can import exchange rates")]
        verbose_name = "exchange rate"
        ordering = ("-date", "base", "quote", "source", "type")
        constraints = [
            # In the order that a look-up needs: everything of a pair and type, newest dates together.
            models.UniqueConstraint(
                name="rate_is_quoted_once",
                fields=["base", "quote", "type", "date", "source", "quoted_at"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="rate_has_one_direction", condition=Q(base__lt=F("quote"))),
            models.CheckConstraint(
                name="rate_type_is_known", condition=Q(type__in=[member.value for member in RateType])
            ),
            models.CheckConstraint(
                name="rate_source_is_a_name",
                condition=Q(source__regex=SOURCE_PATTERN, source__length__lte=SOURCE_LENGTH_MAX),
            ),
            # NaN is greater than any number to PostgreSQL, so the upper bound keeps it out too.
            models.CheckConstraint(
                name="rate_is_believable",
                condition=Q(value__range=(RATE_MIN, RATE_MAX), quoted_value__range=(RATE_MIN, RATE_MAX)),
            ),
            models.CheckConstraint(
                name="rate_has_few_decimals",
                condition=Q(
                    LessThanOrEqual(Scale("quoted_value"), QUOTED_DECIMALS_MAX),
                    LessThanOrEqual(Scale("value"), RATE_DIGITS + 12),
                ),
            ),
            models.CheckConstraint(
                name="rate_agrees_with_its_quotation",
                condition=Q(quoted_inverted=False, value=F("quoted_value"))
                | Q(LessThan(_times_its_quotation(), Value("1E-45")), quoted_inverted=True),
            ),
            models.CheckConstraint(name="rate_is_of_a_day", condition=Q(date__range=DAYS)),
            models.CheckConstraint(name="rate_revision_counts_from_one", condition=Q(revision__gte=1)),
            models.CheckConstraint(
                name="rate_date_is_that_of_its_instant",
                condition=Q(quoted_at__isnull=True) | Q(date=_date_of_its_instant()),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quoted_base}/{self.quoted_quote} {self.date} {self.source}"

    @property
    def quoted_base(self) -> str:
        return self.quote_id if self.quoted_inverted else self.base_id

    @property
    def quoted_quote(self) -> str:
        return self.base_id if self.quoted_inverted else self.quote_id

    @property
    def quoted_type(self) -> RateType:
        return RateType(self.type).opposite if self.quoted_inverted else RateType(self.type)


class RateRevision(models.Model):
    """What a rate was at one revision, the present one included. The database writes these rows, and nobody else."""

    pk = models.CompositePrimaryKey("rate_id", "revision")
    rate = models.ForeignKey(
        Rate, on_delete=models.PROTECT, related_name="revisions", db_index=False, db_constraint=CHECKED_BY_TRIGGER
    )
    revision = models.IntegerField()
    value = RateField(decimal_places=RATE_DIGITS + 12)
    quoted_value = RateField()
    quoted_inverted = models.BooleanField()
    recorded_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ("rate_id", "revision")

    def __str__(self) -> str:
        return f"{self.rate_id} revision {self.revision}"
