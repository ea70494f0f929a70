from django.db import models
from django.db.models import F, Q

from fx.models.bounds import DAYS, TOTAL_MAX
from ledger.models import Journal, Ledger
from ledger.models.columns import TotalField, new_id


class Revaluation(models.Model):
    """One step of a day's revaluation: what was found, what had been posted for the day, and the difference posted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    ledger = models.ForeignKey(Ledger, on_delete=models.PROTECT, related_name="+", db_index=False)
    date = models.DateField()
    ordinal = models.SmallIntegerField(help_text="From 1; a day that changed after its revaluation has more than one.")
    result = TotalField(help_text="The day's whole unrealised result, in base currency; a gain is positive.")
    amount = TotalField(help_text="What this step posted of it.")
    positions = models.JSONField(
        help_text="Per currency: balance, rate with its date and source, value, carried value."
    )
    journal = models.OneToOneField(Journal, on_delete=models.PROTECT, related_name="revaluation")
    reversal = models.OneToOneField(Journal, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("ledger", "date", "ordinal")
        constraints = [
            models.UniqueConstraint(name="revaluation_step_is_unique", fields=["ledger", "date", "ordinal"]),
            models.CheckConstraint(name="revaluation_counts_from_one", condition=Q(ordinal__gte=1)),
            models.CheckConstraint(name="revaluation_posts_something", condition=~Q(amount=0)),
            # The upper bounds keep NaN out, the dates 'infinity'.
            models.CheckConstraint(
                name="revaluation_is_of_a_day_and_a_figure",
                condition=Q(
                    date__range=DAYS,
                    result__gt=-TOTAL_MAX,
                    result__lt=TOTAL_MAX,
                    amount__gt=-TOTAL_MAX,
                    amount__lt=TOTAL_MAX,
                ),
            ),
            models.CheckConstraint(name="revaluation_is_reversed", condition=~Q(journal=F("reversal"))),
        ]

    def __str__(self) -> str:
        return f"{self.date}: {self.amount}"
