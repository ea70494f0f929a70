from django.core.management.base import CommandParser
from django.core.management.commands import migrate

from doublex.management.owner import owner_connection


class Command(migrate.Command):
    """Django's `migrate`, as the database's owner: the app's role may not change tables."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: object, **options: object) -> None:
        if options["database"] == "owner":
            owner_connection()
        super().handle(*args, **options)
