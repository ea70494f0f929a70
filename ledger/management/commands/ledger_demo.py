from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management.base import BaseCommand, CommandError

from ledger.demo import set_up_demo
from ledger.groups import GroupName, make_groups
from ledger.management.refusals import refusals_as_command_errors

# Known to everybody, like the demo's calls without a key; therefore never outside demo mode.
USERNAME = "accountant"
PASSWORD = "doublex-demo"  # noqa: S105


class Command(BaseCommand):
    help = (
        "Set up the demo: ledger `demo` (EUR, at most 500 per transfer), accounts DEMO-CASH and DEMO-REV, and an "
        "accountant who may log in to the admin. Safe to repeat; demo mode only."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Demo mode is off: its accountant's password is public. Set DEMO=true to turn it on.")
        with refusals_as_command_errors():
            ledger = set_up_demo()
        _make_accountant()
        self.stdout.write(f"Ledger {ledger.code} is ready. Admin login: {USERNAME} / {PASSWORD}")


def _make_accountant() -> None:
    accountant, is_new = User.objects.get_or_create(
        username=USERNAME, defaults={"is_staff": True, "first_name": "Demo", "last_name": "Accountant"}
    )
    if is_new:
        accountant.set_password(PASSWORD)
        accountant.save(update_fields=["password"])
    make_groups()
    accountant.groups.add(Group.objects.get(name=GroupName.ACCOUNTANTS))
