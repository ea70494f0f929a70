"""The database's owner, as whom tables and roles are changed."""

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper


def owner_connection() -> BaseDatabaseWrapper:
    """The owner's connection.

    Raises:
        CommandError: DATABASE_OWNER_URL is not set.
    """
    if "owner" not in settings.DATABASES:
        raise CommandError(
            "DATABASE_OWNER_URL is not set: tables and roles are changed as the database's owner, "
            "as whom nothing else runs."
        )
    return connections["owner"]
