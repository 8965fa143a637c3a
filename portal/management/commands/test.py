"""Everything that must hold before a change is done, in one command; or one test, quickly."""

import os
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from django.conf import settings
from django.core.management.base import BaseCommand

from portal import env

PYTHON = sys.executable
PYTEST = [PYTHON, "-m", "pytest", "-q"]
# Its module doesn't run by itself, and the script next to Python has the path it was made with.
LINT_IMPORTS = "from importlinter.cli import lint_imports_command as run; run()"
# Each process takes what lies together, so that what a module sets up is set up once. Two more
# use the cores while others wait for a server, a browser or a disk.
BOTH_CORES = ["-n", "4", "--dist", "worksteal"]
CORES = 2
SQLITE, POSTGRESQL = {"TEST_ENGINE": "sqlite"}, {"TEST_ENGINE": "postgresql"}


@dataclass(frozen=True)
class Stage:
    """One thing to run: its title, the command, what it adds to the environment."""

    title: str
    command: list[str]
    environ: dict[str, str] | None = None

    @property
    def counts(self) -> bool:
        """Whether it is a run of tests, which speaks for itself and is counted."""
        return self.command[: len(PYTEST)] == PYTEST


STAGES = (
    Stage("Types", [PYTHON, "-m", "mypy"]),
    Stage("Lint", [PYTHON, "-m", "ruff", "check", "."]),
    Stage("Format", [PYTHON, "-m", "ruff", "format", "--check", "."]),
    Stage("Imports", [PYTHON, "-c", LINT_IMPORTS]),
    Stage("Templates", [PYTHON, "-m", "djlint", "templates", "--lint", "--quiet"]),
    Stage("Migrations", [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"]),
    Stage("System check", [PYTHON, "manage.py", "check", "--fail-level", "WARNING"]),
    Stage("Engines", [PYTHON, "-m", "tests.engines"]),
    Stage("Tests on SQLite and in the browser", [*PYTEST, *BOTH_CORES], SQLITE),
    Stage(
        "Tests of the database on PostgreSQL and Redis",
        [*PYTEST, *BOTH_CORES, "-m", "database and not once"],
        POSTGRESQL,
    ),
)  # fmt: skip


class Command(BaseCommand):
    help = (
        "Run lint, types, migrations and all tests: on SQLite and in the browser, on PostgreSQL "
        "and Redis. Arguments after -- go to pytest, for a quick single test."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--engine",
            choices=["sqlite", "postgresql"],
            default="sqlite",
            help="what a quick test runs on (default: sqlite)",
        )
        parser.add_argument("pytest", nargs="*", metavar="-- ARGUMENT", help="arguments of pytest")

    def handle(self, *args: Any, **options: Any) -> None:
        with tempfile.TemporaryDirectory(prefix="rosterdesk-checks-") as folder:
            environ = env.without_settings(os.environ) | {"ROSTERDESK_DATA": folder}
            environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
            # Hundreds of processes import the same modules: only the first should compile them.
            environ.pop("PYTHONDONTWRITEBYTECODE", None)
            try:
                if options["pytest"]:
                    sys.exit(self.quick(options["pytest"], options["engine"], environ))
                sys.exit(self.everything(environ, Path(folder)))
            except KeyboardInterrupt:
                sys.exit(130)

    def quick(self, arguments: list[str], engine: str, environ: dict[str, str]) -> int:
        """Run pytest with these arguments alone; returns its exit code."""
        command = [PYTHON, "-m", "pytest", *arguments]
        environ = without_django(environ) | {"TEST_ENGINE": engine}
        return subprocess.run(command, cwd=settings.BASE_DIR, env=environ, check=False).returncode  # noqa: S603

    def everything(self, environ: dict[str, str], folder: Path) -> int:
        """Run all stages, whatever fails; the last line printed sums the tests up."""
        passed = failed = 0
        began = time.monotonic()
        report = folder / "report.xml"
        checks = [stage for stage in STAGES if not stage.counts]
        with ThreadPoolExecutor(CORES) as pool:
            pending = [pool.submit(self.run, stage, environ, report) for stage in checks]
            # The first takes as long as all others together; the tests needn't wait for it.
            wait(pending[1:])
            broken = []
            for stage in STAGES:
                if not stage.counts:
                    continue
                report.unlink(missing_ok=True)
                good = self.run(stage, environ, report)
                more_passed, more_failed = count(report)
                passed += more_passed
                # A run that broke off before its first test has failed too.
                failed += more_failed or (0 if good else 1)
                if not good:
                    broken.append(stage.title)
        bad = (stage for stage, each in zip(checks, pending, strict=True) if not each.result())
        broken += [stage.title for stage in bad]
        self.say(f"\n{time.monotonic() - began:.0f} s in all.")
        if broken:
            self.say(f"Not well: {', '.join(broken)}.")
        self.say(f"{passed} passed, {failed} failed")
        return 1 if broken or failed else 0

    def run(self, stage: Stage, environ: dict[str, str], report: Path) -> bool:
        """Run one stage; what a check says is shown only if it fails."""
        command = stage.command
        if stage.counts:
            self.say(f"\n== {stage.title}")
            command = [*command, f"--junitxml={report}"]
            environ = without_django(environ)
        began = time.monotonic()
        done = subprocess.run(  # noqa: S603 - the commands are in the table above.
            command,
            cwd=settings.BASE_DIR,
            env=environ | (stage.environ or {}),
            stdout=None if stage.counts else subprocess.PIPE,
            stderr=None if stage.counts else subprocess.STDOUT,
            text=True,
            check=False,
        )
        good = done.returncode == 0
        if not good and done.stdout:
            self.say(done.stdout.rstrip())
        seconds = time.monotonic() - began
        self.say(f"== {stage.title}: {'good' if good else 'FAILED'}, {seconds:.1f} s")
        return good

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def without_django(environ: dict[str, str]) -> dict[str, str]:
    """Return the environment in which pytest chooses the settings of the tests itself."""
    return {name: text for name, text in environ.items() if name != "DJANGO_SETTINGS_MODULE"}


def count(report: Path) -> tuple[int, int]:
    """Return how many tests passed and how many failed, by pytest's own report."""
    if not report.exists():
        return 0, 0
    passed = failed = 0
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):  # noqa: S314 - our own file.
        bad = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        failed += bad
        passed += int(suite.get("tests", 0)) - bad - int(suite.get("skipped", 0))
    return passed, failed
