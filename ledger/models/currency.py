from django.db import models
from django.db.models import Q

from ledger.domain.money import DECIMALS_MAX
from ledger.models.columns import VIEW_ONLY, CodeField


class Currency(models.Model):
    """A currency and how many decimals it has: ISO 4217's list, and custom ones."""

    code = CodeField(primary_key=True)
    name = models.TextField()
    minor_units = models.SmallIntegerField(help_text="Decimals of the major unit: EUR 2, JPY 0, KWD 3.")
    is_custom = models.BooleanField(default=True)

    class Meta:
        default_permissions = VIEW_ONLY
        permissions = [("add_currency", "Can add custom currencies")]
        verbose_name_plural = "currencies"
        ordering = ("code",)
        constraints = [
            models.CheckConstraint(
                name="currency_code_is_upper_case", condition=Q(code__regex=r"^[A-Z][A-Z0-9]{2,11}$")
            ),
            models.CheckConstraint(
                name="currency_minor_units_in_range", condition=Q(minor_units__range=(0, DECIMALS_MAX))
            ),
        ]

    def __str__(self) -> str:
        return self.code
