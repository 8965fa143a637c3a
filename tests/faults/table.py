"""The faults, in the order in which they happen."""

from __future__ import annotations

from tests.faults import breaking, machine, working
from tests.faults.running import Fault

SHORT = (
    Fault("PostgreSQL stopped for 3 s", breaking.database_stopped),
    Fault("PostgreSQL killed, away for 3 s", breaking.database_killed),
    Fault("a table locked for 7 s, statements end after 4", breaking.table_locked),
    Fault("20 clients that send a byte at a time", breaking.slow_clients, within=0),
    Fault("1,100 idle connections", breaking.idle_clients, within=0),
    Fault("huge heads, bodies and queries", breaking.huge_requests, within=0),
)
"""Those that the tests hold: `tests/deploy/test_production.py`."""

LONG = (
    Fault("Redis gone for 3 s", working.redis_gone, within=0),
    Fault("worker killed at each stage of a refresh", working.worker_killed, within=0),
    Fault("beat killed", working.beat_killed, within=0),
    Fault("two beats", working.two_beats, within=0),
    Fault("disk full for 6 s, in a refresh", machine.disk_full, within=30),
    Fault("data folder read-only, and all restarted", machine.data_read_only, within=0),
    Fault("clock 90 minutes ahead, and right again", machine.clock_jumps, within=5),
)
