from django.db import migrations

from ledger import sql


class Migration(migrations.Migration):
    """What a process remembers of a key cannot change behind its back."""

    dependencies = [("ledger", "0010_cheaper_checks")]

    operations = [sql.install("api_key_identity_is_immutable")]
