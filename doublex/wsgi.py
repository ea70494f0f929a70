"""What the web server serves: `doublex.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doublex.settings")

application = get_wsgi_application()
