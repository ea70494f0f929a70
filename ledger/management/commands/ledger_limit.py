from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ledger.domain.money import format_amount
from ledger.ledgers import set_transfer_limit
from ledger.management.refusals import refusals_as_command_errors


class Command(BaseCommand):
    help = (
        "Set the most that one transfer may move in a ledger, or let it move any amount. It holds from the next posting "
        "on; the audit log keeps what it was."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--ledger", required=True, help="code of the ledger; `ledgers` lists them")
        limit = parser.add_mutually_exclusive_group(required=True)
        limit.add_argument("--transfer-limit", help="in major units of the transfer's currency, such as 500.00")
        limit.add_argument("--no-limit", action="store_true", help="a transfer may move any amount")

    def handle(self, *args: Any, **options: Any) -> None:
        with refusals_as_command_errors("--ledger", "--transfer-limit"):
            ledger = set_transfer_limit(options["ledger"], options["transfer_limit"])
        if ledger.transfer_limit is None:
            self.stdout.write(f"Ledger {ledger.code}: a transfer may move any amount.")
        else:
            limit = format_amount(ledger.transfer_limit, ledger.base_ccy.minor_units)
            self.stdout.write(f"Ledger {ledger.code}: a transfer moves at most {limit}, in its own currency.")
