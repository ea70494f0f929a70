#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doublex.settings")
    from django.conf import settings
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
