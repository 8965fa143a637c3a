"""What the application server calls; any WSGI server will do."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from portal.entrance import entrance

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

application = entrance(get_wsgi_application(), settings.PUBLIC_PATH)
