"""Django's SQLite backend, with one connection that each process keeps open for its life.

Why: the kernel drops all locks that a process has on a file as soon as it closes any descriptor of
that file. SQLite therefore puts a close off while another connection of the process holds a lock,
but it looks for such locks a moment before it closes: a connection that is opened just then loses
its lock without knowing. Another process may now find nobody there, delete `-wal` and `-shm` and
write on its own, and the file is corrupt. A connection that always holds a lock makes SQLite put
off every close. Persistent connections only make the moment rarer (threads end too), and so does
doing without mmap, whose unmapping made it long.

For the same reason nothing else in our processes may open the database file, be it to copy it:
closing it again would drop the locks. And a process that forks must not have opened it before, as
locks aren't inherited.
"""

import os
import sqlite3
import threading
from typing import Any

from django.db.backends.sqlite3 import base

from roster import folding

_kept: dict[str, tuple[int, sqlite3.Connection]] = {}
_turn = threading.Lock()


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> sqlite3.Connection:
        if not self.is_in_memory_db():
            self._keep_open(conn_params)
        connection = super().get_new_connection(conn_params)
        connection.create_function(folding.NAME, 1, folding.fold, deterministic=True)
        return connection

    def _keep_open(self, conn_params: dict[str, Any]) -> None:
        """Before the process's first connection to the file, open the one that stays."""
        name = str(conn_params["database"])
        with _turn:
            if name not in _kept:
                connection = super().get_new_connection(conn_params)
                # In WAL mode the lock that the first reading takes is held until the end.
                connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
                _kept[name] = os.getpid(), connection
        if _kept[name][0] != os.getpid():
            raise RuntimeError("This process was forked from one that had opened the database.")
