from typing import Any

from django.db import migrations, models
from django.db.models.deletion import PROTECT

from ledger import sql


def repeated(target: str, **options: Any) -> models.ForeignKey:
    """A reference that the trigger account_has_a_balance copies from the account, where it is a foreign key."""
    return models.ForeignKey(
        target, on_delete=PROTECT, related_name="+", db_constraint=False, db_index=False, **options
    )


def facts(*, null: bool) -> list[tuple[str, models.Field]]:
    return [
        ("ledger", repeated("ledger.ledger", null=null)),
        ("ccy", repeated("ledger.currency", db_column="ccy", null=null)),
        ("minor_units", models.SmallIntegerField(help_text="The currency's decimals.", null=null)),
    ]


FILL = """
    UPDATE ledger_balance b SET ledger_id = a.ledger_id, ccy = a.ccy, minor_units = c.minor_units
      FROM ledger_account a JOIN ledger_currency c ON c.code = a.ccy WHERE a.id = b.account_id
"""
ALL_JOURNALS = "ALTER TABLE ledger_journal ADD CONSTRAINT ledger_journal_reverses_id_key UNIQUE (reverses_id)"
REVERSALS_ONLY = """
    ALTER TABLE ledger_journal DROP CONSTRAINT ledger_journal_reverses_id_key;
    CREATE UNIQUE INDEX ledger_journal_reverses_id_key ON ledger_journal (reverses_id) WHERE reverses_id IS NOT NULL
"""


class Migration(migrations.Migration):
    """What legs have to fit stands in the row that they fold into, so that their checks look less up."""

    dependencies = [("ledger", "0009_hardening")]

    operations = [
        # Empty at first: the rows that are there have to be filled.
        *(migrations.AddField("balance", name, field) for name, field in facts(null=True)),
        migrations.RunSQL(FILL, reverse_sql=migrations.RunSQL.noop),
        *(migrations.AlterField("balance", name, field) for name, field in facts(null=False)),
        sql.install("account_has_a_balance", version=2),
        sql.install("balance_identity_is_immutable"),
        # Backwards, the trigger must be the old one before its columns can go.
        migrations.RunSQL(migrations.RunSQL.noop, reverse_sql=sql.read("identity_is_immutable", 1)),
        sql.install("balance_is_the_sum_of_its_legs", version=2),
        sql.install("leg_must_fit_its_account", version=2),
        sql.install("leg_must_fit_its_journal", version=3),
        # One index entry less for every journal that reverses nothing. Its name is the old one's, and to Django it still is.
        migrations.RunSQL(
            REVERSALS_ONLY,
            reverse_sql=f"DROP INDEX ledger_journal_reverses_id_key; {ALL_JOURNALS}",
        ),
    ]
