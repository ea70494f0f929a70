from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ledger.groups import GroupName, make_groups


class Command(BaseCommand):
    help = (
        f"Make the groups of the back office ({', '.join(GroupName)}) with their permissions. Groups that exist stay "
        "as they are, so it is safe to repeat; --reset gives them their first permissions back."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reset", action="store_true", help="also undo what was changed about existing groups")

    def handle(self, *args: Any, **options: Any) -> None:
        made = make_groups(reset=options["reset"])
        if options["verbosity"]:
            self.stdout.write(f"Groups made: {', '.join(made) or 'none, all are there'}.")
