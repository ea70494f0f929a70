"""One process of ours in a container of its own: `python -m doublex.serve web`, `worker` or `beat`.

Servers are named by DATABASE_URL and REDIS_URL. With MIGRATE_ON_START=true the database is brought to this version
first: whoever comes first migrates, the others wait at the same lock and then find nothing to do.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from doublex import processes
from doublex.environment import read_start_settings

BASE_DIR = Path(__file__).resolve().parent.parent


def main() -> None:
    """Become the process asked for; exits with a message where that cannot be."""
    role = _role()
    try:
        settings = read_start_settings(
            host="0.0.0.0",  # noqa: S104 - a container's own
            migrate_on_start=False,
            serves_web=role == "web",
        )
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    for variable in ("DATABASE_URL", "REDIS_URL"):
        if not os.environ.get(variable):
            sys.exit(f"{variable} is not set: name the server there, or start everything at once with 'make run'.")
    os.chdir(BASE_DIR)
    if settings.migrate_on_start:
        prepared = subprocess.run([sys.executable, "manage.py", "prepare"], check=False)
        if prepared.returncode:
            sys.exit(f"The database could not be prepared: manage.py prepare ended with {prepared.returncode}.")
    # A folder of this start's own: figures of processes that are gone would be counted again.
    own_folder = Path(tempfile.mkdtemp(prefix="doublex-"))
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(own_folder))
    match role:
        case "web":
            command = processes.web(settings)
        case "worker":
            command = processes.worker()
        case _:
            command = processes.beat(own_folder / "beat")
    os.execv(command[0], command)  # noqa: S606 - our own command


def _role() -> str:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("role", choices=processes.ROLES)
    return str(parser.parse_args().role)


if __name__ == "__main__":
    main()
