"""Publications: what each connection reads, made by refreshes and by the acts between them."""

from roster.publishing.changing import (
    act,
    change_feed,
    end_feed,
    hold_feed,
    resume_feed,
    start_feed,
    withhold,
)
from roster.publishing.flipping import keep
from roster.publishing.refreshing import refresh
from roster.publishing.running import AlreadyRunning
from roster.publishing.sweeping import sweep

__all__ = [
    "AlreadyRunning",
    "act",
    "change_feed",
    "end_feed",
    "hold_feed",
    "keep",
    "refresh",
    "resume_feed",
    "start_feed",
    "sweep",
    "withhold",
]
