"""Publications: what each connection reads, made by refreshes and by the acts between them."""

from roster.publishing.changing import (
    act,
    change_feed,
    discard,
    end_feed,
    pause_feed,
    resume_feed,
    start_feed,
    withhold,
)
from roster.publishing.flipping import keep
from roster.publishing.holding import held_refresh, is_discarded, is_superseded
from roster.publishing.refreshing import refresh
from roster.publishing.running import AlreadyRunning, close_dead
from roster.publishing.sweeping import sweep
from roster.publishing.withdrawing import Ready
