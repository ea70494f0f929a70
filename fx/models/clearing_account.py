from django.db import models

from ledger.models import Account, Currency, Ledger


class ClearingAccount(models.Model):
    """The account through which a ledger's conversions of one currency pass. Orders may not name it.

    Its balance is the ledger's position in the currency: positive when more of it was bought than sold.
    """

    account = models.OneToOneField(Account, on_delete=models.PROTECT, primary_key=True, related_name="+")
    ledger = models.ForeignKey(Ledger, on_delete=models.PROTECT, related_name="+", db_index=False)
    ccy = models.ForeignKey(Currency, on_delete=models.PROTECT, db_column="ccy", related_name="+", db_index=False)

    class Meta:
        ordering = ("ledger", "ccy")
        constraints = [
            models.UniqueConstraint(name="clearing_account_is_one_per_currency", fields=["ledger", "ccy"]),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.ccy_id}"
