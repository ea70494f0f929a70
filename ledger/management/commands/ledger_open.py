from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ledger.ledgers import open_ledger
from ledger.management.refusals import refusals_as_command_errors


class Command(BaseCommand):
    help = "Open a ledger: one set of books, with its own accounts, journals and API keys."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="small letters, digits, '-' and '_'; it never changes")
        parser.add_argument("--ccy", required=True, help="base currency, such as EUR; it never changes")
        parser.add_argument("--timezone", default="UTC", help="IANA name; the ledger's day ends at its midnight")
        parser.add_argument("--transfer-limit", help="the most that one transfer may move, in major units")

    def handle(self, *args: Any, **options: Any) -> None:
        with refusals_as_command_errors("--ccy", "--timezone", "--transfer-limit"):
            ledger = open_ledger(options["code"], options["ccy"], options["timezone"], options["transfer_limit"])
        self.stdout.write(f"Ledger {ledger.code} is open: {ledger.base_ccy_id}, {ledger.timezone}.")
