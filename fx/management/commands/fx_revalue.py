from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from fx.revaluation import revalue
from ledger.domain.money import format_amount
from ledger.management.dates import day
from ledger.management.ledgers import asked_ledger
from ledger.management.refusals import refusals_as_command_errors


class Command(BaseCommand):
    help = (
        "Post a day's unrealised FX result, and its reversal on the next day. Safe to repeat: it posts what is missing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--ledger", required=True, help="the ledger's code")
        parser.add_argument("--date", required=True, type=day, help="the day to value at the end of, as 2026-01-31")

    def handle(self, *args: Any, **options: Any) -> None:
        ledger_id = asked_ledger(options["ledger"])
        with refusals_as_command_errors("--date"):
            revalued = revalue(ledger_id, options["date"])
        result, posted = (
            f"{format_amount(amount, revalued.minor_units)} {revalued.base_ccy}"
            for amount in (revalued.result, revalued.posted)
        )
        numbers = " and ".join(str(journal.number) for journal in revalued.journals)
        what = f"posted {posted} as journals {numbers}" if numbers else "nothing was left to post"
        self.stdout.write(f"{options['ledger']}, {revalued.day}: unrealised result {result}; {what}.")
