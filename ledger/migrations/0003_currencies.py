"""ISO 4217's currencies, from ledger/data/iso4217.csv. A code that is there already stays as it is."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from ledger.data import iso4217_rows


def load(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    Currency = apps.get_model("ledger", "Currency")
    Currency.objects.using(schema_editor.connection.alias).bulk_create(
        [
            Currency(code=row.code, name=row.name, minor_units=row.minor_units, is_custom=False)
            for row in iso4217_rows()
            if row.minor_units is not None
        ],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_invariants")]

    # Nothing to undo: accounts may be in these currencies, and the migration before drops the table anyway.
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
