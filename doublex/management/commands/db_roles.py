from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from doublex.database_roles import Role, grant_roles
from doublex.management.owner import owner_connection


class Command(BaseCommand):
    help = (
        "Create the app's role (named in DATABASE_URL) and the read-only role, and grant each exactly its rights. "
        "Run it as the owner (DATABASE_OWNER_URL) after every migration; it is safe to repeat."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--readonly", default="doublex_readonly", help="name of the read-only role")
        parser.add_argument("--readonly-password", help="lets the read-only role log in by password")

    def handle(self, *args: Any, **options: Any) -> None:
        owner = owner_connection()
        app = settings.DATABASES["default"]
        if app["USER"] == owner.settings_dict["USER"]:
            raise CommandError(
                f"DATABASE_URL and DATABASE_OWNER_URL both name the role {app['USER']!r}: the app must not own the "
                "tables. Give DATABASE_URL a role of its own."
            )
        readonly = Role(options["readonly"], options["readonly_password"])
        grant_roles(owner, Role(app["USER"], app["PASSWORD"]), readonly)
        self.stdout.write(f"Roles are in place: {app['USER']} (append only), {readonly.name} (read-only).")
