from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from fx.domain.conversion import as_text
from fx.models import Spread
from fx.policies import set_rounding_and_tolerance, set_spread
from ledger.management.ledgers import asked_ledger
from ledger.management.refusals import refusals_as_command_errors


class Command(BaseCommand):
    help = "Show or set how a ledger converts between currencies. What is left out stays as it is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--ledger", required=True, help="the ledger's code")
        parser.add_argument("--rounding", help="which way half a minor unit goes: half-even or half-up")
        parser.add_argument("--tolerance-bps", help="how far stated amounts may be off the rate, in basis points")
        parser.add_argument(
            "--spread",
            nargs=3,
            metavar=("PAIR", "BPS", "ACCOUNT"),
            help="what is earned on a pair, and the account it is posted to: EUR/USD 50 FX-INCOME-USD; 0 ends it",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        ledger_id = asked_ledger(options["ledger"])
        of_spread = dict.fromkeys(("pair", "bps", "income_account"), "--spread")
        with refusals_as_command_errors("--rounding", "--tolerance-bps", **of_spread), transaction.atomic():
            if options["spread"]:
                set_spread(ledger_id, *options["spread"])
            row = set_rounding_and_tolerance(ledger_id, options["rounding"], options["tolerance_bps"])
        self.stdout.write(f"{options['ledger']}: rounding {row.rounding}, tolerance {as_text(row.tolerance_bps)} bps")
        for spread in Spread.objects.filter(ledger_id=ledger_id).select_related("income_account"):
            pair = f"{spread.base_id}/{spread.quote_id}"
            self.stdout.write(f"  {pair}: {as_text(spread.bps)} bps to {spread.income_account.code}")
