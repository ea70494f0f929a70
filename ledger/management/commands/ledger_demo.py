from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ledger.demo import PASSWORD, USERNAME, let_accountant_in, set_up_demo
from ledger.management.refusals import refusals_as_command_errors


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
        let_accountant_in()
        self.stdout.write(f"Ledger {ledger.code} is ready. Admin login: {USERNAME} / {PASSWORD}")
