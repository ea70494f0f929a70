from django.db import migrations

from ledger import sql


class Migration(migrations.Migration):
    """One look at a journal serves three rules, and one at the book's state two: each refuses under its own name."""

    dependencies = [("ledger", "0012_leg_without_an_id")]

    operations = [
        sql.install("journal_number_has_no_gap", version=3),
        sql.install("journal_day_must_be_open", version=2),
        sql.install("journal_must_balance", version=2),
        sql.install("reversal_must_mirror", version=2),
        sql.install("key_must_have_its_journals", version=2),
    ]
