"""Amounts in the audit log's rows are read as they were written. Nothing in PostgreSQL changes."""

from django.db import migrations, models

from ledger.models.audit_entry import ExactDecoder


class Migration(migrations.Migration):
    dependencies = [("ledger", "0013_fewer_triggers")]

    operations = [
        migrations.AlterField(
            "auditentry",
            "old_row",
            models.JSONField(null=True, decoder=ExactDecoder, help_text="Before the change, without secrets."),
        ),
        migrations.AlterField(
            "auditentry",
            "new_row",
            models.JSONField(null=True, decoder=ExactDecoder, help_text="After the change, without secrets."),
        ),
    ]
