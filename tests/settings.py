"""The product's settings as the tests run them: all of them, on engines and folders of the run."""

import os

from tests import environment

environment.prepare()

from portal.settings import *  # noqa: E402, F403
from portal.settings import MEDIA_ROOT, PASSWORD_HASHERS  # noqa: E402

# Where one process moves its clock, others' files look as if they had been left behind.
MEDIA_ROOT = MEDIA_ROOT / os.environ.get("PYTEST_XDIST_WORKER", "alone")

# Passwords of the cast are made by the hundred; the product's own hashers stay known.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *PASSWORD_HASHERS]

# Tests look at the log right after the request, inside their own transaction.
REQUEST_LOG_DELAY = 0

# Each test's client makes the middleware anew, which would read every file of the portal each time.
WHITENOISE_AUTOREFRESH = True
