"""What is logged, as `LOG_FORMAT` has it: lines for people, or one object a line."""

import json
import logging
from datetime import UTC, datetime
from typing import Any


class JsonFormatter(logging.Formatter):
    """The instant (ISO 8601, UTC), level, logger and message, and the traceback of what was raised."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)


def logging_to_stderr(log_format: str) -> dict[str, Any]:
    """Django's LOGGING: warnings and errors to standard error, with the traceback of every answer 500."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "text": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
            "json": {"()": JsonFormatter},
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": log_format}},
        "loggers": {
            # Not the root: a worker's own handlers stay as Celery has them.
            "django": {"handlers": ["stderr"], "level": "WARNING"},
            # What callers did wrong is in their answers and in the metrics.
            "django.request": {"level": "ERROR"},
            "django.security.DisallowedHost": {"level": "CRITICAL"},
        },
    }
