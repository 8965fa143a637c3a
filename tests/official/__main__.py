"""`python -m tests.official`: see `checking.py`."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from tests.official.checking import main  # noqa: E402

sys.exit(main(sys.argv[1:]))
