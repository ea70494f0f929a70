from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ledger.api_keys import create_api_key, revoke_api_key
from ledger.domain.scopes import Scope
from ledger.management.refusals import refusals_as_command_errors
from ledger.models import ApiKey


class Command(BaseCommand):
    help = "Make, revoke and list API keys. A key is shown once, when it is made; only its hash is kept."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        create = verbs.add_parser("create", help="make a key; it stands alone on the last line")
        create.add_argument("--ledger", required=True, help="code of the one ledger that the key reaches")
        create.add_argument("--scopes", required=True, help=f"comma-separated, of: {', '.join(Scope)}")
        create.add_argument("--name", default="", help="who uses it and for what")
        revoke = verbs.add_parser("revoke", help="refuse a key from now on")
        revoke.add_argument("key", help="the key's id, or its first characters as `list` shows them")
        verbs.add_parser("list", help="every key's prefix, never the key")

    def handle(self, *args: Any, **options: Any) -> None:
        with refusals_as_command_errors("--ledger", "--scopes", "--name"):
            getattr(self, f"_{options['verb']}")(options)

    def _create(self, options: dict[str, Any]) -> None:
        scopes = [scope.strip() for scope in options["scopes"].split(",") if scope.strip()]
        key = create_api_key(options["ledger"], scopes, options["name"])
        self.stdout.write(f"A key to ledger {options['ledger']}. It is shown this once; keep it now:")
        self.stdout.write(key)

    def _revoke(self, options: dict[str, Any]) -> None:
        key = revoke_api_key(options["key"])
        self.stdout.write(f"Key {key.prefix}… to ledger {key.ledger.code} is revoked.")

    def _list(self, options: dict[str, Any]) -> None:
        for key in ApiKey.objects.select_related("ledger").order_by("ledger__code", "created_at"):
            state = f"revoked {key.revoked_at:%Y-%m-%d %H:%M}" if key.revoked_at else "active"
            used = f"last used {key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never used"
            self.stdout.write(
                f"{key.id}  {key.prefix}…  {key.ledger.code}  {','.join(key.scopes)}  {state}, {used}  {key.name}"
            )
