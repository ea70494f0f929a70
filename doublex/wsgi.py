"""What the web server serves: `doublex.wsgi:application`."""

import gc
import os
from pathlib import Path

import django
from django.core.cache import close_caches
from django.core.handlers.base import reset_urlconf
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, reset_queries
from django.urls import get_resolver

from doublex.cores import settle_on_a_core
from doublex.environment import read_start_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doublex.settings")
django.setup(set_prefix=False)

from doublex.handler import Handler  # noqa: E402 - it needs the apps

application = Handler()

start = read_start_settings(host="", migrate_on_start=False, serves_web=False)
# Each start has its own such folder; without one, nobody started several workers together.
if start.web_on_cores and (folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR")):
    settle_on_a_core(start.web_workers, Path(folder))

# What these find is nothing here: there is no cache, no log of queries outside DEBUG, one table of URLs, and a request that
# ends gives its connections back, so that the next one begins with none.
request_started.disconnect(reset_queries)
request_started.disconnect(close_old_connections)
request_finished.disconnect(close_caches)
request_finished.disconnect(reset_urlconf)
# Before the first request and not in it: every view is imported.
get_resolver().url_patterns  # noqa: B018 - a property that loads
# What is loaded by now stays, so the collector need not walk it again and again; and a batch makes thousands of
# objects that hold no cycle, which is no reason to look for one every seven hundred.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)
