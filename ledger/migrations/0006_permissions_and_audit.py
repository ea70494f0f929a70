"""Permissions of their own for what accountants and operators do, and the audit log of it."""

import django.db.models.deletion
from django.db import migrations, models

from ledger import sql


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("ledger", "0004_reversals"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="account",
            options={
                "default_permissions": ("view",),
                "ordering": ("code",),
                "permissions": [
                    ("open_account", "Can open accounts"),
                    ("rename_account", "Can change an account's name and parent"),
                    ("freeze_account", "Can freeze and unfreeze accounts"),
                    ("close_account", "Can close and reopen accounts"),
                ],
            },
        ),
        migrations.AlterModelOptions(
            name="apikey",
            options={
                "default_permissions": ("view",),
                "ordering": ("-created_at",),
                "permissions": [("manage_api_keys", "Can make and revoke API keys")],
                "verbose_name": "API key",
            },
        ),
        migrations.AlterModelOptions(
            name="balance",
            options={"default_permissions": ("view",)},
        ),
        migrations.AlterModelOptions(
            name="bookstate",
            options={"default_permissions": ("view",), "verbose_name": "book state"},
        ),
        migrations.AlterModelOptions(
            name="currency",
            options={
                "default_permissions": ("view",),
                "ordering": ("code",),
                "permissions": [("add_currency", "Can add custom currencies")],
                "verbose_name_plural": "currencies",
            },
        ),
        migrations.AlterModelOptions(
            name="idempotencykey",
            options={"default_permissions": ("view",)},
        ),
        migrations.AlterModelOptions(
            name="journal",
            options={
                "default_permissions": ("view",),
                "ordering": ("ledger", "number"),
                "permissions": [("reverse_journal", "Can reverse journals")],
            },
        ),
        migrations.AlterModelOptions(
            name="ledger",
            options={
                "default_permissions": ("view",),
                "ordering": ("code",),
                "permissions": [("open_ledger", "Can open ledgers")],
            },
        ),
        migrations.AlterModelOptions(
            name="leg",
            options={"default_permissions": ("view",), "ordering": ("journal", "position")},
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("changed_at", models.DateTimeField()),
                ("user_id", models.BigIntegerField(help_text="Who was logged in, as the application said.", null=True)),
                ("user_name", models.TextField(blank=True, default="")),
                ("api_key_id", models.UUIDField(help_text="Whose key it was, as the application said.", null=True)),
                (
                    "database_role",
                    models.TextField(help_text="The role that PostgreSQL knows to have made the change."),
                ),
                ("table_name", models.TextField()),
                ("row_id", models.TextField()),
                (
                    "operation",
                    models.TextField(choices=[("insert", "insert"), ("update", "update"), ("delete", "delete")]),
                ),
                ("old_row", models.JSONField(help_text="Before the change, without secrets.", null=True)),
                ("new_row", models.JSONField(help_text="After the change, without secrets.", null=True)),
                (
                    "ledger",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.ledger",
                    ),
                ),
            ],
            options={
                "verbose_name": "audit entry",
                "verbose_name_plural": "audit entries",
                "ordering": ("-id",),
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(fields=["table_name", "row_id", "id"], name="audit_entry_by_row"),
                    models.Index(fields=["ledger", "id"], name="audit_entry_by_ledger"),
                    models.Index(fields=["user_name", "id"], name="audit_entry_by_user"),
                ],
            },
        ),
        sql.install("audit_is_append_only"),
        sql.install("change_is_audited"),
    ]
