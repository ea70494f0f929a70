"""What the web server serves: `doublex.wsgi:application`."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doublex.settings")

application = get_wsgi_application()

# Before the first request and not in it: every view is imported.
get_resolver().url_patterns  # noqa: B018 - a property that loads
# What is loaded by now stays, so the collector need not walk it again and again; and a batch makes thousands of
# objects that hold no cycle, which is no reason to look for one every seven hundred.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)
