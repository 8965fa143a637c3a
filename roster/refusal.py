"""The one exception for what the product refuses, in words its reader can act on."""

from __future__ import annotations


class Refused(Exception):
    """Something was asked that can't be done; nothing was changed.

    `str()` is a whole sentence for the person who asked. Commands print it and exit 1,
    pages show it beside the form.
    """
