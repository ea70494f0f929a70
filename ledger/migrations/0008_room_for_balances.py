from django.db import migrations


class Migration(migrations.Migration):
    """A balance row is updated in place: its page keeps room for the next version, so that no index is touched."""

    dependencies = [("ledger", "0007_fx")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE ledger_balance SET (fillfactor = 60); ALTER TABLE ledger_bookstate SET (fillfactor = 20)",
            reverse_sql="ALTER TABLE ledger_balance RESET (fillfactor); ALTER TABLE ledger_bookstate RESET (fillfactor)",
        ),
    ]
