"""The worker's and beat's application: `celery -A doublex`."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doublex.settings")

app = Celery("doublex")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# A tick that the worker could not take within its minute is dropped: the next one does the same work.
app.conf.beat_schedule = {
    # Once an hour: the ECB publishes in the afternoon of working days, at no fixed minute; a repeat changes nothing.
    "fetch-rates": {"task": "fx.fetch_rates", "schedule": crontab(minute="17"), "options": {"expires": 3000}},
    "check-books": {"task": "ledger.check_books", "schedule": 60.0, "options": {"expires": 55}},
}
