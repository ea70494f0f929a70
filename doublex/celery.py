"""The worker's and beat's application: `celery -A doublex`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doublex.settings")

app = Celery("doublex")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# A tick that the worker could not take within its minute is dropped: the next one does the same work.
app.conf.beat_schedule = {
    "check-books": {"task": "ledger.check_books", "schedule": 60.0, "options": {"expires": 55}},
}
