"""What a test run stands on: an environment of its own, with nothing of the user's in it.

TEST_ENGINE says which: `sqlite` (the embedded default) or `postgresql` (with Redis). The first
process of a run prepares everything; its workers and the commands that tests start inherit it.
"""

import atexit
import contextlib
import os
import shutil
import tempfile

from portal import env
from tests import engines

PREPARED = "TEST_ENVIRONMENT_OF"  # Holds the process that prepared it, and will tidy up.


def prepare() -> None:
    """Make the folder and, if asked for, the servers of this run; point the settings at them."""
    if os.environ.get(PREPARED):
        _count_alone()
        return
    engine = os.environ.get("TEST_ENGINE", "sqlite")
    if engine not in ("sqlite", "postgresql"):
        raise SystemExit(f"TEST_ENGINE: “{engine}” is neither sqlite nor postgresql")
    kept = env.without_settings(os.environ)
    os.environ.clear()
    os.environ.update(kept)
    data = tempfile.mkdtemp(prefix="rosterdesk-tests-")
    os.environ |= {PREPARED: str(os.getpid()), "ROSTERDESK_DATA": data}
    ending = contextlib.ExitStack()
    ending.callback(shutil.rmtree, data, ignore_errors=True)
    atexit.register(ending.close)
    if engine == "postgresql":
        try:
            os.environ["DATABASE_URL"] = ending.enter_context(engines.postgresql())
            address = ending.enter_context(engines.redis())
        except engines.Missing as missing:
            raise SystemExit(str(missing)) from None
        os.environ |= {"BROKER_URL": address, "CACHE_URL": address.removesuffix("/0") + "/1"}


def _count_alone() -> None:
    """Give each worker of a run a cache of its own in Redis: tests clear it."""
    worker, address = os.environ.get("PYTEST_XDIST_WORKER", ""), os.environ.get("CACHE_URL", "")
    if worker and address:
        os.environ["CACHE_URL"] = f"{address.rpartition('/')[0]}/{int(worker[2:]) + 2}"
