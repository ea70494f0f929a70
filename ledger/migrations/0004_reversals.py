from django.db import migrations

from ledger import sql


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_currencies")]

    operations = [sql.install("reversal_must_mirror")]
