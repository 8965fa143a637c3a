"""`add_row`: a row that the district's system doesn't send, until a day."""

from __future__ import annotations

from roster import local
from roster.management.own_rows import SettingCommand


class Command(SettingCommand):
    help = (
        "Add a row of your own to a file: a substitute, a coach. It takes effect at once, survives"
        " imports, and ends after its last day."
    )
    how = local.ADD
