"""How our own processes are started: the command lines of web server, worker and beat, in one place."""

import sys
from pathlib import Path

from doublex.environment import StartSettings

ROLES = ("web", "worker", "beat")
_GRANIAN_LOGS = Path(__file__).with_name("granian_logs.json")
# Who runs it as root is warned of messages that could run code. Ours are JSON, which cannot.
_AS_ROOT = ("-W", "ignore:You're running the worker with superuser privileges")
_CELERY = (sys.executable, *_AS_ROOT, "-m", "celery", "-A", "doublex", "--skip-checks")


def web(settings: StartSettings) -> list[str]:
    """Granian: so many processes of so many threads answer as many requests at once, and the rest wait outside."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "doublex.wsgi:application"),
        *("--host", settings.host, "--port", str(settings.port), "--no-ws", "--backlog", "2048"),
        *("--workers", str(settings.web_workers), "--blocking-threads", str(settings.web_threads)),
        *("--respawn-failed-workers", "--log-level", "warning", "--log-config", str(_GRANIAN_LOGS)),
    ]


def worker() -> list[str]:
    return [*_CELERY, "worker", "--concurrency", "1", "--loglevel", "WARNING"]


def beat(schedule: Path) -> list[str]:
    """`schedule` is a file of beat's own, which may be lost: a tick more or less does no harm."""
    return [*_CELERY, "beat", "--loglevel", "WARNING", "--pidfile=", "--schedule", str(schedule)]
