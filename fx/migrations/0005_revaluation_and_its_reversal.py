from django.db import migrations

from fx import sql


class Migration(migrations.Migration):
    """A revaluation's second journal is the reversal of its first, on the next day, and not just any later one."""

    dependencies = [
        ("fx", "0004_rates_in_bulk"),
    ]

    operations = [
        sql.install("revaluation_has_its_journals", version=2),
    ]
