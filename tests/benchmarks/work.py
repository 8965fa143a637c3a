"""What imports and refreshes take: seconds, and the largest memory of the process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from tests.benchmarks import changing, commands
from tests.benchmarks.asking import Broken
from tests.benchmarks.floors import Database
from tests.benchmarks.obeying import Obeying
from tests.benchmarks.scene import VENDORS, Scene

SLUG = "benchmark"
CHANGES = 3000

APART = (
    "classes.classCode",
    "classes.location",
    "classes.grades",
    "classes.subjects",
    "classes.subjectCodes",
    "classes.periods",
)
"""Fields that one line withholds and another doesn't: 63 lines of different rules."""


@dataclass(frozen=True)
class Work:
    """One row: a command, by its own clock and from outside, and what it changed.

    Of a withdrawal `obeyed` is after how many seconds nobody could read what it took away.
    """

    title: str
    ran: commands.Ran
    obeyed: float | None = None

    def told(self) -> dict[str, Any]:
        own = self.ran.seconds if self.obeyed is None else self.obeyed
        row: dict[str, Any] = {
            "what": self.title,
            "seconds": self.ran.told.get("seconds", round(own, 2)),
            "process_seconds": round(self.ran.seconds, 2),
            "processor_seconds": round(self.ran.processor_seconds, 2),
            "peak_mib": round(self.ran.peak_bytes / 2**20, 1),
        }
        for name in ("added", "changed", "removed"):
            if name in self.ran.told:
                row[name] = self.ran.told[name]
        return row


def connect(vendor: int, oneroster: str) -> dict[str, Any]:
    return commands.here(
        "create_connection", SLUG, "--vendor", f"Brightpath {vendor}", "--oneroster", oneroster,
        "--acknowledge-unsupported", "--all-schools", "--share", "all",
    )  # fmt: skip


def connect_apart(line: int) -> None:
    """Connect a vendor of rules that no other has, in the one version or the other."""
    withheld = [name for bit, name in enumerate(APART) if line >> bit & 1]
    version = "1.2" if line % 3 else "1.1"
    commands.here(
        "create_connection", SLUG, "--vendor", f"Elmwood {line}", "--oneroster", version,
        "--acknowledge-unsupported", "--all-schools", "--withhold", *withheld,
    )  # fmt: skip


class District:
    """A generated district and what was done with it, row by row."""

    def __init__(self, folder: Path, students: int, oneroster: str) -> None:
        self.folder = folder
        self.rows: list[Work] = []
        self.bundle = folder / "first"
        self.made = commands.here("make_bundle", self.bundle, "--students", students)
        commands.here("create_organization", SLUG, "--name", "Benchmark")
        self.take_in(self.bundle, "import, all new")
        self.scene = Scene([connect(vendor, oneroster) for vendor in VENDORS], students)
        self.refresh("refresh, first build")

    def take_in(self, bundle: Path, title: str) -> None:
        self.bundle = bundle
        self.rows.append(Work(title, commands.run("import_roster", SLUG, bundle)))

    def refresh(self, title: str, changes: int | None = None) -> None:
        """Publish; what changed must be so many records, where that is known."""
        ran = commands.run("refresh_cache", SLUG)
        self.rows.append(Work(title, ran))
        self.scene.published(ran.told)
        if changes is not None and self.scene.changes != changes:
            raise Broken(f"{title}: {self.scene.changes} records changed, {changes} is right.")

    def refresh_variously(self, database: Database) -> None:
        """Refresh when nothing was touched, when all must be compared, when one user changed."""
        self.refresh("refresh, nothing changed", 0)
        self.compare(database, "refresh, full compare (revision touched)")
        second = self.folder / "second"
        changing.rename_one(self.bundle, second)
        self.take_in(second, "import, one user changed")
        self.refresh("refresh, one user changed", 1)

    def compare(self, database: Database, title: str) -> None:
        """Refresh as after a change that can't be told from any other, though nothing differs."""
        database.execute("UPDATE roster_organization SET revision = revision + 1")
        self.refresh(title, 0)

    def withdraw_variously(self, lines: int) -> None:
        """Exclude one student, one class, one school; then withhold a field from everybody.

        From so many lines, each of other rules.
        """
        for line in range(1, lines):
            connect_apart(line)
        of = f", {lines} lines" if lines > 1 else ""
        for what, kind, sourced_id in (
            ("one student", "person", self.scene.student),
            ("one class", "section", self.scene.klass),
            ("one school", "school", self.scene.school),
        ):
            row = unquote(sourced_id)
            self.withdraw(
                f"withdraw {what}{of}", "exclude", SLUG, kind, row, "--reason", "Measured"
            )
        self.withdraw(
            f"withdraw a field of all users{of}",
            "set_field_policy", SLUG, "--withhold", "users.email",
        )  # fmt: skip

    def withdraw(self, title: str, *words: str) -> None:
        with Obeying() as watch:
            ran = commands.run(*words)
        self.rows.append(Work(title, ran, watch.seconds))

    def change_enrollments(self) -> None:
        """Let the next night change some thousand enrollments, and publish them."""
        third = self.folder / "third"
        changes = changing.touch_enrollments(self.bundle, third, CHANGES)
        self.take_in(third, f"import, {changes:,} enrollments changed")
        self.refresh(f"refresh, {changes:,} enrollments changed", changes)
