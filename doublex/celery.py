"""The worker's and beat's application: `celery -A doublex`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doublex.settings")

app = Celery("doublex")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
