from django.db import migrations

from ledger import sql


class Migration(migrations.Migration):
    """What an adversary with the app's role found open."""

    dependencies = [("ledger", "0008_room_for_balances")]

    operations = [
        sql.install("posting_is_durable"),
        sql.install("ledger_timezone_is_known"),
        sql.install("revoked_key_stays_revoked"),
        sql.install("journal_number_has_no_gap", version=2),
        sql.install("leg_must_fit_its_journal", version=2),
    ]
