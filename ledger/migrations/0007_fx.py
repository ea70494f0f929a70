from django.db import migrations, models


class Migration(migrations.Migration):
    """A revaluation is a kind of journal of its own."""

    dependencies = [("ledger", "0006_permissions_and_audit")]

    operations = [
        migrations.AlterField(
            model_name="journal",
            name="kind",
            field=models.TextField(
                choices=[("transfer", "transfer"), ("reversal", "reversal"), ("revaluation", "revaluation")]
            ),
        ),
        migrations.RemoveConstraint(model_name="journal", name="journal_kind_is_known"),
        migrations.AddConstraint(
            model_name="journal",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["transfer", "reversal", "revaluation"])), name="journal_kind_is_known"
            ),
        ),
    ]
