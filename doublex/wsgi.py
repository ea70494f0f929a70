"""What the web server serves: `doublex.wsgi:application`."""

import gc
import os

from django.core.cache import close_caches
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, reset_queries
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doublex.settings")

application = get_wsgi_application()

# What these find is nothing here: there is no cache, no log of queries outside DEBUG, and a request that ends gives its
# connections back, so that the next one begins with none.
request_started.disconnect(reset_queries)
request_started.disconnect(close_old_connections)
request_finished.disconnect(close_caches)
# Before the first request and not in it: every view is imported.
get_resolver().url_patterns  # noqa: B018 - a property that loads
# What is loaded by now stays, so the collector need not walk it again and again; and a batch makes thousands of
# objects that hold no cycle, which is no reason to look for one every seven hundred.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)
