"""Whether an error means that a disk is full: the database's, or the one of temporary files."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator

DISK_FULL = (
    "The disk is full, the database's or that of temporary files. Free some space, then try again."
)
NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
SQLSTATE = "53100"  # PostgreSQL's disk_full.


def is_disk_full(error: BaseException) -> bool:
    """Return whether an error, or one that it came of, is for want of space."""
    return any(
        getattr(each, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        or getattr(each, "sqlstate", None) == SQLSTATE
        or (isinstance(each, OSError) and each.errno in NO_SPACE)
        for each in _chain(error)
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        yield each
        each = each.__cause__ or each.__context__
