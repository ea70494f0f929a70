"""Indexes that reads need: what each costs the hot path is in docs/decisions/."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_reversals")]

    operations = [
        migrations.RemoveIndex(model_name="leg", name="leg_by_value_date"),
        migrations.AddIndex(
            model_name="leg",
            index=models.Index(fields=["account", "value_date", "account_seq"], name="leg_by_value_date"),
        ),
        migrations.AddIndex(
            model_name="journal",
            index=models.Index(
                condition=models.Q(("kind", "transfer"), _negated=True),
                fields=["ledger", "number"],
                name="journal_by_special_kind",
            ),
        ),
        migrations.AddIndex(
            model_name="journal",
            index=GinIndex(
                OpClass("metadata", name="jsonb_path_ops"),
                condition=models.Q(("metadata", {}), _negated=True),
                name="journal_by_metadata",
                fastupdate=False,
            ),
        ),
    ]
