"""The environment, typed: every setting's variable, its default, and what to do when it is wrong.

Without DATABASE_URL the settings are those of the instance that `make run` started on this checkout, so that a command
beside it needs no setting at all.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvError
from marshmallow import validate

from doublex.embedded.state import running

# Nothing listens there: a command that needs no database works, any other says what to do (manage.py).
NO_DATABASE = "postgres://doublex@127.0.0.1:1/none"
IS_POSTGRES_URL = validate.Regexp(
    r"$|postgres(ql)?://.+/.+", error="expected a URL such as postgres://user:password@host:5432/database."
)
IS_REDIS_URL = validate.Regexp(r"$|rediss?://.+", error="expected a URL such as redis://host:6379/0.")
IS_ACCOUNT_CODE = validate.Regexp(r"[!-.0-~]{1,128}$", error="expected an account's code.")
NAMES_A_CURRENCY = validate.Regexp(
    r"(?=.{1,120}$)[!-.0-z]*\{ccy\}[!-.0-z]*$", error="expected an account's code with {ccy} in it."
)
IS_HTTP_URL = validate.Regexp(r"$|https?://.+", error="expected a URL such as https://bank.example/rates.xml.")
INSECURE_KEY = "only-for-commands-that-serve-nobody"
POOL_SIZE = 40
# Those on which postings and look-ups are led (ledger/leading.py): they stay taken.
LEADERS = 4
POOL_SIZE_IS_SOME = validate.Range(min=2)


class WrongEnvironment(ImproperlyConfigured):
    """Says each variable that is missing or wrong, its value and what is expected."""


@dataclass(frozen=True)
class Environment:
    """The settings as values of their types; the field says the variable's name in lower case."""

    secret_key: str
    demo: bool
    allowed_hosts: list[str]
    csrf_trusted_origins: list[str]
    database_url: str
    database_owner_url: str
    database_pool_size: int
    database_prepared_statements: bool
    redis_url: str
    log_format: str
    fx_max_age_days: int
    fx_source_order: list[str]
    fx_clearing_account: str
    fx_valuation_account: str
    fx_unrealised_account: str
    fx_rates_url: str
    fx_rates_format: str
    fx_rates_source: str
    has_database: bool

    @property
    def databases(self) -> dict[str, dict[str, Any]]:
        """Django's DATABASES: `default` is the app's role, `owner` is there only where its URL is given."""
        # Hot statements are prepared by name (ledger/queries/messages.py). The driver's own way of doing it would
        # deallocate those at its next rollback.
        options = {"server_side_binding": True, "prepare_threshold": None}
        databases = {"default": _database(self.database_url, **options)}
        # Behind a transaction pooler, neither a prepared statement nor a cursor outlives its transaction.
        databases["default"]["DISABLE_SERVER_SIDE_CURSORS"] = not self.database_prepared_statements
        if self.has_database:
            pool = {"min_size": 1, "max_size": self.database_pool_size, "timeout": 5}
            databases["default"]["OPTIONS"]["pool"] = pool
        if self.database_owner_url:
            databases["owner"] = _database(self.database_owner_url, **options)
        return databases


@dataclass(frozen=True)
class StartSettings:
    """What starting our processes asks of the environment, beyond what they read for themselves."""

    host: str
    port: int
    web_workers: int
    web_threads: int
    web_on_cores: bool
    migrate_on_start: bool


def read_start_settings(*, host: str, migrate_on_start: bool, serves_web: bool = True) -> StartSettings:
    """Where to listen, with how many processes and threads, and whether to migrate first; the arguments are defaults.

    Raises:
        WrongEnvironment: as `read_environment`; or, where `serves_web`, more threads than database connections.
    """
    env = Env(eager=False)
    pool_size = env.int("DATABASE_POOL_SIZE", POOL_SIZE, validate=POOL_SIZE_IS_SOME)
    values: dict[str, Any] = {
        "host": env.str("HOST", host),
        "port": env.int("PORT", 8000, validate=validate.Range(1, 65_535)),
        "web_workers": env.int("WEB_WORKERS", 2, validate=validate.Range(min=1)),
        "web_threads": env.int("WEB_THREADS", 32, validate=validate.Range(min=1)),
        "web_on_cores": env.bool("WEB_ON_CORES", True),
        "migrate_on_start": env.bool("MIGRATE_ON_START", migrate_on_start),
    }
    _seal(env)
    settings = StartSettings(**values)
    if serves_web and pool_size < settings.web_threads + LEADERS:
        # Threads beyond the pool would wait for a connection, and answer with an error when none comes in time.
        problem = (
            f"  DATABASE_POOL_SIZE={pool_size}, WEB_THREADS={settings.web_threads}: each thread may need a connection of "
            f"its own, and {LEADERS} lead for all. Set DATABASE_POOL_SIZE to at least {settings.web_threads + LEADERS}, "
            f"or WEB_THREADS to at most {max(pool_size - LEADERS, 1)}."
        )
        raise WrongEnvironment(_listed([problem]))
    return settings


def read_environment(base_dir: Path) -> Environment:
    """Read and check every variable at once.

    Raises:
        WrongEnvironment: names each variable that is missing or wrong, its value and what is expected.
    """
    embedded = None if os.environ.get("DATABASE_URL") else running(data_folder(base_dir))
    if embedded:
        for name, value in embedded.environment.items():
            os.environ.setdefault(name, value)
    env = Env(eager=False)
    has_database = bool(os.environ.get("DATABASE_URL"))
    values: dict[str, Any] = {
        "secret_key": env.str("SECRET_KEY", validate=validate.Length(min=32))
        if has_database
        else env.str("SECRET_KEY", INSECURE_KEY),
        "demo": env.bool("DEMO", False),
        "allowed_hosts": env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"]),
        "csrf_trusted_origins": env.list("CSRF_TRUSTED_ORIGINS", []),
        "database_url": env.str("DATABASE_URL", NO_DATABASE, validate=IS_POSTGRES_URL),
        "database_owner_url": env.str("DATABASE_OWNER_URL", "", validate=IS_POSTGRES_URL),
        "database_pool_size": env.int("DATABASE_POOL_SIZE", POOL_SIZE, validate=POOL_SIZE_IS_SOME),
        "database_prepared_statements": env.bool("DATABASE_PREPARED_STATEMENTS", True),
        "redis_url": env.str("REDIS_URL", "", validate=IS_REDIS_URL),
        "log_format": env.str("LOG_FORMAT", "text", validate=validate.OneOf(["text", "json"])),
        "fx_max_age_days": env.int("FX_MAX_AGE_DAYS", 5, validate=validate.Range(min=0, max=366)),
        "fx_source_order": env.list("FX_SOURCE_ORDER", ["manual", "ECB"]),
        "fx_clearing_account": env.str("FX_CLEARING_ACCOUNT", "FX-CLEARING-{ccy}", validate=NAMES_A_CURRENCY),
        "fx_valuation_account": env.str("FX_VALUATION_ACCOUNT", "FX-VALUATION", validate=IS_ACCOUNT_CODE),
        "fx_unrealised_account": env.str("FX_UNREALISED_ACCOUNT", "FX-UNREALISED", validate=IS_ACCOUNT_CODE),
        "fx_rates_url": env.str("FX_RATES_URL", "", validate=IS_HTTP_URL),
        "fx_rates_format": env.str("FX_RATES_FORMAT", "", validate=validate.OneOf(["", "ecb-xml", "ecb-csv", "csv"])),
        "fx_rates_source": env.str("FX_RATES_SOURCE", ""),
    }
    _seal(env)
    return Environment(**values, has_database=has_database)


def data_folder(base_dir: Path) -> Path:
    """Where the embedded servers keep their data: DATA_DIR, or `.doublex` in the checkout."""
    return Path(os.environ.get("DATA_DIR") or base_dir / ".doublex").resolve()


def _database(url: str, **options: Any) -> dict[str, Any]:
    parsed: dict[str, Any] = dict(dj_database_url.parse(url))
    return {**parsed, "ENGINE": "doublex.postgresql", "OPTIONS": {**parsed.get("OPTIONS", {}), **options}}


def _seal(env: Env) -> None:
    try:
        env.seal()
    except EnvError as error:
        raise WrongEnvironment(_explain(error)) from None


def _explain(error: EnvError) -> str:
    problems: dict[str, list[str]] = getattr(error, "error_messages", {})
    lines = [
        f"  {name}={_shown(name)}: {' '.join(str(message) for message in messages)}"
        for name, messages in problems.items()
    ]
    return _listed(lines)


def _listed(lines: list[str]) -> str:
    return "\n".join(["The environment has settings that are missing or wrong (docs/operators.md lists all):", *lines])


def _shown(name: str) -> str:
    """The value as it may be logged: secrets and passwords in URLs are not."""
    value = os.environ.get(name)
    if value is None:
        return "(not set)"
    return "(hidden)" if "KEY" in name or "@" in value else repr(value)
