#!/usr/bin/env python
"""Django's command line for this project."""

import gc
import os
import sys

INTERRUPTED = 130
# What a command loads at its start stays: looking for garbage among it takes a seventh of that start.
OBJECTS_BETWEEN_COLLECTIONS = 50_000


def main() -> None:
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doublex.settings")
    try:
        _run()
    except KeyboardInterrupt:
        # Whatever was being loaded; a command that has something to say about it has said so by itself.
        sys.exit(INTERRUPTED)


def _run() -> None:
    try:
        from django.conf import settings
    except ModuleNotFoundError:
        sys.exit("Django is not there: run 'make run' or 'make test' once, and then .venv/bin/python manage.py.")
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    from doublex.environment import WrongEnvironment

    try:
        execute_from_command_line(sys.argv)
    except WrongEnvironment as error:
        sys.exit(str(error))
    except OperationalError:
        if settings.ENVIRONMENT.has_database:
            raise
        sys.exit("No database: start one beside this with 'make run', or set DATABASE_URL (docs/operators.md).")


if __name__ == "__main__":
    main()
