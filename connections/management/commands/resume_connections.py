"""`resume_connections`: resume several connections, or all that are paused."""

from __future__ import annotations

from connections.management.several import SeveralCommand


class Command(SeveralCommand):
    help = "Resume connections: their vendors read what is published now."
    act = "resume"
