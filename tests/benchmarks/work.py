"""What imports and refreshes take: seconds, and the largest memory of the process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from tests.benchmarks import changing, commands, deciding, disk
from tests.benchmarks.asking import Broken
from tests.benchmarks.connecting import ADDED, connect, connect_added, connect_apart
from tests.benchmarks.floors import Database
from tests.benchmarks.scene import VENDORS, Scene

SLUG = "benchmark"
APART = "apart"
FURTHER = "further"
CHANGES = 3000
NIGHT = 100
"""Of so many rows one changes in a night."""

GRADES = ("--grade", "03", "04")


@dataclass(frozen=True)
class Work:
    """One row: a command, by its own clock and from outside, and what it changed."""

    title: str
    ran: commands.Ran

    def told(self) -> dict[str, Any]:
        row: dict[str, Any] = {
            "what": self.title,
            "seconds": self.ran.told.get("seconds", round(self.ran.seconds, 2)),
            "process_seconds": round(self.ran.seconds, 2),
            "processor_seconds": round(self.ran.processor_seconds, 2),
            "peak_mib": round(self.ran.peak_bytes / 2**20, 1),
        }
        for name in ("added", "changed", "removed"):
            if name in self.ran.told:
                row[name] = self.ran.told[name]
        return row


class District:
    """A generated district and what was done with it, row by row."""

    def __init__(self, folder: Path, students: int, oneroster: str) -> None:
        self.folder = folder
        self.rows: list[Work] = []
        self.sizes: dict[str, dict[str, float]] = {}
        self.brought: list[dict[str, Any]] = []
        self.deciding: list[dict[str, Any]] = []
        self.bundle = folder / "first"
        self.made = commands.here("make_bundle", self.bundle, "--students", students)
        commands.here("create_organization", SLUG, "--name", "Benchmark")
        self.take_in(self.bundle, "import, all new")
        self.scene = Scene([connect(SLUG, vendor, oneroster) for vendor in VENDORS], students)
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

    def connect_variously(self, connections: int, database: Database) -> None:
        """Connect vendors of different rules; publish for all of them, a night, and acts."""
        self.sizes["three connections of equal rules"] = disk.sizes(database)
        further = [connect_apart(SLUG, number) for number in range(1, connections)]
        self.sizes[f"{connections} connections of different rules"] = disk.sizes(database)
        of = f", {connections} connections"
        self.deciding = deciding.measure(SLUG)
        self.refresh(f"refresh, nothing changed{of}", 0)
        self._night(of)
        self._acts_while_runs_read_on(of)
        self._acts(of)
        if further:
            self._one_of_them(further[0]["id"])

    def _night(self, of: str) -> None:
        night = self.folder / "night"
        touched = changing.touch_share(self.bundle, night, NIGHT)
        self.take_in(night, f"import, {touched:,} rows changed")
        runs_begin()
        self.refresh(f"refresh, {touched:,} rows changed{of}")
        renamed = self.folder / "renamed"
        changing.rename_one(self.bundle, renamed)
        self.take_in(renamed, f"import, one user changed{of}")
        runs_begin()
        self.refresh(f"refresh, one user changed{of}", 1)

    def _acts_while_runs_read_on(self, of: str) -> None:
        """Exclude a student, a class, a school, of which all connections' runs read on what was
        read before the night and before its last change.
        """
        for what, kind, sourced_id in self.scene.others:
            title = f"one {what} excluded{of}, while runs read on two former publications"
            self.do(title, "exclude", SLUG, kind, sourced_id, "--reason", "Measured")

    def _acts(self, of: str) -> None:
        """Exclude one student, one class, one school; then withhold a field from everybody.

        Each an hour after the last change, as most acts are: nobody reads what was read before.
        """
        for what, kind, sourced_id in (
            ("one student", "person", self.scene.student),
            ("one class", "section", self.scene.klass),
            ("one school", "school", self.scene.school),
        ):
            row = unquote(sourced_id)
            words = ("exclude", SLUG, kind, row, "--reason", "Measured")
            self.do(f"numbers before {what} is excluded", *words, "--dry-run")
            an_hour_passes()
            self.do(f"{what} excluded{of}", *words)
        self.do(
            f"a field withheld from all users{of}",
            "set_field_policy", SLUG, "--withhold", "users.email",
        )  # fmt: skip
        self.refresh(f"refresh after it{of}")

    def _one_of_them(self, connection: int) -> None:
        words = (SLUG, str(connection))
        self.do(
            "difference before grades are narrowed", "change_sharing", *words, *GRADES, "--preview"
        )
        self.do("grades of one connection narrowed", "change_sharing", *words, *GRADES)
        self.do("one connection paused", "set_status", *words, "paused")
        self.do("one connection resumed", "set_status", *words, "active")
        self.do(
            "why one student isn't there",
            "explain", *words, "person", unquote(self.scene.student),
        )  # fmt: skip

    def do(self, title: str, *words: str) -> None:
        self.rows.append(Work(title, commands.run(*words)))

    def build_variously(self, connections: int) -> None:
        """Publish the same for the first time for vendors of whom each has other rules."""
        commands.here("create_organization", APART, "--name", "Benchmark of first builds")
        commands.run("import_roster", APART, self.folder / "first")
        connect(APART, 0, "1.2")
        for number in range(1, connections):
            connect_apart(APART, number)
        self.do(f"refresh, first build, {connections} connections", "refresh_cache", APART)

    def connect_further(self, database: Database) -> None:
        """Publish the same for a first vendor, then for further ones; tell what each brings."""
        commands.here("create_organization", FURTHER, "--name", "Benchmark of the disk")
        commands.run("import_roster", FURTHER, self.folder / "first")
        before = disk.taken(database)
        connect(FURTHER, 0, "1.2")
        commands.run("refresh_cache", FURTHER)
        before = self._brings("the first", before, database)
        for what, added in ADDED.items():
            connect_added(FURTHER, what)
            before = self._brings(what, before, database, added.most)

    def _brings(
        self, what: str, before: dict[str, int], database: Database, most: int | None = None
    ) -> dict[str, int]:
        """Write down by how much the disk has grown; return what it takes now."""
        after = disk.taken(database)
        grown = {table: round((after[table] - before[table]) / 10**6, 1) for table in after}
        self.brought.append({"what": what, "asked_mb": most, "mb": grown})
        return after

    def change_enrollments(self) -> None:
        """Let the next night change some thousand enrollments, and publish them."""
        third = self.folder / "third"
        changes = changing.touch_enrollments(self.bundle, third, CHANGES)
        self.take_in(third, f"import, {changes:,} enrollments changed")
        self.refresh(f"refresh, {changes:,} enrollments changed", changes)


def runs_begin() -> None:
    """Have runs of the next hour read what every connection can read now."""
    from roster.clock import clock
    from roster.models import Publication

    Publication.objects.filter(listed=True).update(read_until=clock() + timedelta(hours=1))


def an_hour_passes() -> None:
    """Have runs that read former publications be over, and nobody begin one any more."""
    from django.db.models import F

    from roster.models import Publication

    former = Publication.objects.filter(superseded__isnull=False)
    former.update(superseded=F("superseded") - timedelta(hours=1), read_until=None)
