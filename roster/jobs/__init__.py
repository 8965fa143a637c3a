"""Background work as rows with leases: asked for, done, swept up."""

from roster.jobs.arriving import import_now, request_approval, request_fetch, request_import
from roster.jobs.queue import enqueue, request_refresh, send, sweep
from roster.jobs.working import running_refresh, work

__all__ = [
    "enqueue",
    "import_now",
    "request_approval",
    "request_fetch",
    "request_import",
    "request_refresh",
    "running_refresh",
    "send",
    "sweep",
    "work",
]
