#!/usr/bin/env python3
"""The door to every command: `python3 manage.py demo`, `python3 manage.py test`, `… help`."""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036 - it is older ones that must read this sentence.
    sys.exit("Rosterdesk needs Python 3.11 or newer; this is Python %d.%d." % sys.version_info[:2])  # noqa: UP031


def main() -> None:
    """Make sure that the packages are there, then let Django run the command."""
    from portal import bootstrap

    bootstrap.ensure(sys.argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    from django.core.management import execute_from_command_line

    from portal.env import BadSetting

    try:
        execute_from_command_line(sys.argv)
    except BadSetting as error:
        print(f"Rosterdesk: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(2)


if __name__ == "__main__":
    main()
