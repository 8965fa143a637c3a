"""Background work as rows: asked for, done by one worker at a time, swept up."""

from roster.jobs.arriving import (
    failed_visits,
    import_now,
    open_visits,
    request_approval,
    request_import,
    request_visit,
    visits_of,
)
from roster.jobs.queue import enqueue, run_again, send, sweep
from roster.jobs.refreshes import cancel, request_refresh
from roster.jobs.working import running_refresh, work
