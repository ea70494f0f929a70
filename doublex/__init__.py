"""Wiring only: settings, URLs, Celery, telemetry, error rendering, embedded services."""
