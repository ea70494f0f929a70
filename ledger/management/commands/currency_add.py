from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ledger.currencies import add_currency
from ledger.management.refusals import refusals_as_command_errors


class Command(BaseCommand):
    help = "Add a currency that ISO 4217 does not list, or lists without decimals (gold, SDR)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="3 to 12 capital letters and digits, such as POINTS")
        parser.add_argument("--name", required=True)
        parser.add_argument("--minor-units", required=True, type=int, help="decimals; they never change")

    def handle(self, *args: Any, **options: Any) -> None:
        with refusals_as_command_errors("--name", "--minor-units"):
            currency = add_currency(options["code"], options["name"], options["minor_units"])
        self.stdout.write(f"Currency {currency.code} has {currency.minor_units} decimals.")
