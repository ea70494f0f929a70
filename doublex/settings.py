"""Settings: production is the base, demo mode the exception. Every value comes from `doublex.environment`."""

from pathlib import Path

from doublex.environment import read_environment
from doublex.log_lines import logging_to_stderr
from doublex.unfold import UNFOLD  # noqa: F401 - Unfold reads it here

BASE_DIR = Path(__file__).resolve().parent.parent
ENVIRONMENT = read_environment(BASE_DIR)

SECRET_KEY = ENVIRONMENT.secret_key
DEBUG = False
DEMO = ENVIRONMENT.demo
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts
CSRF_TRUSTED_ORIGINS = ENVIRONMENT.csrf_trusted_origins

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.import_export",
    "doublex.back_office.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_prometheus",
    "rest_framework",
    "import_export",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "doublex",
    "ledger",
    "fx",
    "recon",
    "eod",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "doublex.security_headers.security_headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "doublex.middleware.PagesSessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "doublex.middleware.PagesAuthenticationMiddleware",
    "doublex.middleware.PagesMessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "doublex.middleware.RequestMetrics",
    "doublex.middleware.CallsOverTls",
]

CSRF_FAILURE_VIEW = "doublex.error_pages.csrf_failure"
ROOT_URLCONF = "doublex.urls"
WSGI_APPLICATION = "doublex.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# "default" is the app's role: append only. "owner" migrates; it is there only where its URL is given.
DATABASES = ENVIRONMENT.databases
# Off behind a transaction pooler, where a statement that one transaction prepared is not there in the next.
DATABASE_PREPARED_STATEMENTS = ENVIRONMENT.database_prepared_statements

AUTHENTICATION_BACKENDS = ["doublex.logins.OwnPasswords"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": name}
    for name in (
        "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "django.contrib.auth.password_validation.MinimumLengthValidator",
        "django.contrib.auth.password_validation.CommonPasswordValidator",
        "django.contrib.auth.password_validation.NumericPasswordValidator",
        "doublex.logins.NotTheDemos",
    )
]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
STATIC_URL = "static/"
# Every file comes from its package: no build step, nothing to collect, hence no STATIC_ROOT.
WHITENOISE_USE_FINDERS = True
# What browsers ask for at the top, whatever a page says: favicon.ico.
WHITENOISE_ROOT = BASE_DIR / "doublex" / "top_files"
# Both spellings of an API path answer by themselves; a redirect would lose a POST's body.
APPEND_SLASH = False

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["ledger.api.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["ledger.api.authentication.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "doublex.api_errors.problem_response",
    "UNAUTHENTICATED_USER": None,
}

# Who asks for the schema or its documents needs no key: they say what everybody may know.
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "DoubleX",
    "DESCRIPTION": "A double-entry ledger. Every error is a problem (RFC 9457): act on its `code`.",
    "VERSION": "0.1.0",
    "LICENSE": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    "SERVE_AUTHENTICATION": [],
    "SERVE_INCLUDE_SCHEMA": False,
    "PREPROCESSING_HOOKS": ["ledger.api.schema.one_spelling"],
    "POSTPROCESSING_HOOKS": [],
    "SORT_OPERATIONS": False,
    "APPEND_COMPONENTS": {
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer", "description": "The API key; see `manage.py api_key`."}
        }
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "displayRequestDuration": True, "validatorUrl": None},
}

# A lone HTTP port behind a proxy that speaks TLS is the base; demo mode serves plain HTTP on this machine.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = not DEMO and ENVIRONMENT.has_database
# Calls of the API are refused instead (`CallsOverTls`); their documents are a page.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$", r"^api/(?!docs/?$)"]
SECURE_HSTS_SECONDS = 0 if DEMO else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not DEMO
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEMO

LOGGING = logging_to_stderr(ENVIRONMENT.log_format)

CELERY_BROKER_URL = ENVIRONMENT.redis_url or "memory://"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

# A rate older than this is no rate. Of several sources on one day the first in this order counts, then by name.
FX_MAX_AGE_DAYS = ENVIRONMENT.fx_max_age_days
FX_SOURCE_ORDER = ENVIRONMENT.fx_source_order
# The codes of the accounts that conversions and revaluations open for themselves, in each ledger.
FX_CLEARING_ACCOUNT = ENVIRONMENT.fx_clearing_account
FX_VALUATION_ACCOUNT = ENVIRONMENT.fx_valuation_account
FX_UNREALISED_ACCOUNT = ENVIRONMENT.fx_unrealised_account
# Where rates are fetched from on a schedule; empty: nowhere. The format is found out, the source is the file's own.
FX_RATES_URL = ENVIRONMENT.fx_rates_url
FX_RATES_FORMAT = ENVIRONMENT.fx_rates_format
FX_RATES_SOURCE = ENVIRONMENT.fx_rates_source
