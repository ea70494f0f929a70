from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from doublex.management.owner import owner_connection
from ledger.demo import USERNAME, shut_accountant_out

# "DoubleX" as a number: every process that boots at once asks for the same lock.
MIGRATION_LOCK = 0x446F75626C6558


class Command(BaseCommand):
    help = (
        "Bring the database to this version: migrate, grant roles, make the groups and, in demo mode, open the demo ledger. "
        "One process does it, the others wait; when nothing is to do it is quick."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        with owner_connection().cursor() as cursor:
            # A session lock, not a transaction's: migrations have transactions of their own.
            cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
            try:
                call_command("migrate", verbosity=0)
                call_command("db_roles", verbosity=0, stdout=self.stdout)
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])
        call_command("ledger_groups", verbosity=0, stdout=self.stdout)
        if settings.DEMO:
            call_command("ledger_demo", stdout=self.stdout)
        elif shut_accountant_out():
            self.stdout.write(f"Demo mode is off: {USERNAME}, whose password was public, can no longer log in.")
