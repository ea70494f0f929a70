"""Is the process up, and may it take money: /healthz and /readyz."""

import time

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from doublex.celery import app

# Promise P8: what is acknowledged is durable. remote_apply waits for more than `on` does.
_DURABLE = {
    "fsync": ("on",),
    "full_page_writes": ("on",),
    "synchronous_commit": ("on", "remote_apply"),
}
_BROKER_TIMEOUTS = {"socket_connect_timeout": 1.0, "socket_timeout": 1.0}

OK = "ok"

# Migrations that are applied stay applied, and finding out reads every migration file.
_migrations_seen_applied = False


def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    """The process answers. Asks nobody else, so that an outage of the database restarts no web server."""
    return JsonResponse({"status": OK})


def readyz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    """The process can post durably; 503 names each check that fails, and what it found."""
    checks = _database_checks()
    ready = all(found == OK for found in checks.values())
    # Postings do not need the broker, so its absence is told but turns nobody away.
    checks["broker"] = _broker()
    return JsonResponse({"status": OK if ready else "failing", "checks": checks}, status=200 if ready else 503)


def _database_checks() -> dict[str, str]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(_DURABLE)])
            settings = dict(cursor.fetchall())
        checks = {"database": OK, "migrations": _migrations()}
    except Error as error:
        return {"database": f"unreachable: {type(error).__name__}"}
    for name, durable in _DURABLE.items():
        checks[name] = OK if settings.get(name) in durable else f"{settings.get(name)}; must be {durable[0]}"
    return checks


def _migrations() -> str:
    global _migrations_seen_applied  # noqa: PLW0603 - one flag per process
    if not _migrations_seen_applied:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if missing:
            return f"{len(missing)} not applied, the first is {missing[0][0]}; run manage.py migrate"
        _migrations_seen_applied = True
    return OK


def _broker() -> str:
    if app.conf.broker_url.startswith("memory:"):
        return "none: REDIS_URL is not set"
    started_at = time.perf_counter()
    try:
        with app.connection_for_read(transport_options=_BROKER_TIMEOUTS) as broker, broker.channel():
            return OK
    except Exception as error:  # noqa: BLE001 - whatever a broker's client raises, readiness only tells of it
        return f"unreachable after {time.perf_counter() - started_at:.1f} s: {type(error).__name__}"
