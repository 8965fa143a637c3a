"""What is used for servers and secrets where none are configured: files in the data folder.

Everything that is made here belongs to the user who runs the product and to nobody else.
"""

import os
import secrets
from pathlib import Path
from typing import Any

from portal.env import BadSetting

KEY_CHARACTERS = 50  # Bytes of randomness, before they are written as characters.

# Seconds that a writer waits for others: storing 50,000 students holds the lock for ten on a free
# core. What waited longer would fail: a token, a row of the request log, a job's lease.
PATIENCE = 60

# Writers wait in line from the start of their transaction, instead of failing half-way in; readers
# never wait. A power cut can take the last commits, but leaves the file whole.
PRAGMAS = (
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=NORMAL;"
    "PRAGMA foreign_keys=ON;"
    "PRAGMA temp_store=MEMORY;"
    "PRAGMA cache_size=-65536;"
)


# What we make in the data folder. SQLite gives `-wal` and `-shm` the mode of the database.
OURS = (
    "rosterdesk.sqlite3*",
    "secret-key*",
    "broker",
    "uploads",
    "mail",
    "beat-schedule*",
)
OTHERS = 0o077


def keep_private(data: Path) -> None:
    """From here on make nothing that other users can read, and close to them what is there.

    A folder with other things in it keeps its mode: it may be everybody's, like `/tmp`.
    Raises BadSetting where something of ours is open to others and can't be closed.
    """
    os.umask(OTHERS)
    if not data.is_dir():
        return
    ours = {path for pattern in OURS for path in data.glob(pattern)}
    if ours.issuperset(data.iterdir()) and data.stat().st_uid == os.geteuid():
        ours.add(data)
    for path in sorted(ours):
        try:
            mode = path.stat().st_mode
            if mode & OTHERS:
                path.chmod(mode & ~OTHERS)
        except FileNotFoundError:
            continue  # The last process to end takes `-wal` and `-shm` away.
        except OSError as error:
            raise BadSetting(
                f"ROSTERDESK_DATA: other users can read {path}, and closing it to them failed"
                f" ({error.strerror}). As its owner run: chmod -R go= {path}"
            ) from None


def private_folder(path: Path) -> Path:
    """Return the folder; where it doesn't exist, it is made for this user alone."""
    if not path.is_dir():
        private_folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)
    return path


def secret_key(data: Path) -> str:
    """Return the installation's key; the first process to ask makes it, in one stroke."""
    file = private_folder(data) / "secret-key"
    if not file.exists():
        draft = data / f"secret-key.{os.getpid()}.{secrets.token_hex(4)}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as writer:
            writer.write(secrets.token_urlsafe(KEY_CHARACTERS))
            writer.flush()
            os.fsync(writer.fileno())
        try:
            os.link(draft, file)  # Unlike a renaming, this never replaces another process's key.
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_text().strip()


def database(data: Path) -> dict[str, Any]:
    """Return Django's entry for the embedded SQLite."""
    return {
        "ENGINE": "portal.sqlite",
        "NAME": private_folder(data) / "rosterdesk.sqlite3",
        "CONN_MAX_AGE": 600,  # To open one takes longer than to look at a token.
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": PATIENCE, "init_command": PRAGMAS},
    }


def broker_options(data: Path) -> dict[str, Any]:
    """Return kombu's options for a broker of files; one folder is both inbox and outbox."""
    letters = str(private_folder(data / "broker" / "letters"))
    return {
        "data_folder_in": letters,
        "data_folder_out": letters,
        "processed_folder": str(private_folder(data / "broker" / "processed")),
        "control_folder": str(private_folder(data / "broker" / "control")),
        "store_processed": False,
        "polling_interval": 0.2,
    }
