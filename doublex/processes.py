"""How our own processes are started: the command lines of web server, worker and beat, in one place."""

import os
import sys
from pathlib import Path

ROLES = ("web", "worker", "beat")
_CELERY = (sys.executable, "-m", "celery", "-A", "doublex", "--skip-checks")


def web(host: str, port: int) -> list[str]:
    """Granian with WEB_WORKERS processes of WEB_THREADS threads: as many requests at once, and the rest wait outside."""
    workers, threads = os.environ.get("WEB_WORKERS", "2"), os.environ.get("WEB_THREADS", "32")
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "doublex.wsgi:application"),
        *("--host", host, "--port", str(port), "--workers", workers, "--blocking-threads", threads, "--no-ws"),
        *("--backlog", "2048", "--respawn-failed-workers", "--log-level", "warning"),
    ]


def worker() -> list[str]:
    return [*_CELERY, "worker", "--concurrency", "1", "--loglevel", "WARNING"]


def beat(schedule: Path) -> list[str]:
    """`schedule` is a file of beat's own, which may be lost: a tick more or less does no harm."""
    return [*_CELERY, "beat", "--loglevel", "WARNING", "--pidfile=", "--schedule", str(schedule)]


def migrates_on_start(default: str) -> bool:
    """Whether MIGRATE_ON_START asks for `manage.py prepare` before anything else."""
    return os.environ.get("MIGRATE_ON_START", default).lower() in ("1", "true", "yes", "on")
