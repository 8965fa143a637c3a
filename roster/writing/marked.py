"""The marks that people set, as far as a row of a bundle can carry them.

A bundle's own marks are in its rows. What people kept out must not come open where the bundle is
read by somebody who knows nothing of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from roster.models import Level, Mark, Organization

COLUMN = "externalLmsExclude"
CARRIED = {
    "orgs": ("org", "school"),
    "users": ("person",),
    "classes": ("section",),
    "categories": ("grading_task",),
    "courses": ("course",),
    "roles": ("school_enrollment", "district_assignment"),
}
"""The kinds of marks that the rows of a file stand for (product: What is visible, 6)."""


class Marked:
    """Which rows carry a person's mark, and how many marks no row can carry.

    None where no organization is given.
    """

    def __init__(self, organization: Organization | None, version: str) -> None:
        self.left = 0
        self._ids: dict[str, set[str]] = defaultdict(set)
        if organization is None:
            return
        marks = Mark.objects.filter(organization=organization).exclude(source=Mark.Source.BUNDLE)
        for kind, sourced_id in marks.values_list("kind", "sourced_id"):
            self._ids[kind].add(sourced_id)
        self._ids["course"] = self._courses(organization)
        kinds = {kind for file, some in CARRIED.items() if _has(file, version) for kind in some}
        self.left += sum(len(ids) for kind, ids in self._ids.items() if kind not in kinds)

    def _courses(self, organization: Organization) -> set[str]:
        """Return the rows of courses all of whose levels are marked, count the other marks."""
        levels: dict[str, list[str]] = defaultdict(list)
        rows = Level.objects.filter(organization=organization, kind="course")
        marked = self._ids["course"]
        for course, level in rows.values_list("course", "sourced_id") if marked else ():
            levels[course].append(level)
        whole = {course for course, ids in levels.items() if marked.issuperset(ids)}
        self.left += len(marked) - sum(len(levels[course]) for course in whole)
        return whole

    def metadata(self, file: str, sourced_id: str, own: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a row's metadata with the mark that a person set on it; of a role, `user~org`."""
        if any(sourced_id in self._ids[kind] for kind in CARRIED.get(file, ())):
            return {**own, COLUMN: "true"}
        return own

    def has(self, file: str) -> bool:
        return any(self._ids[kind] for kind in CARRIED.get(file, ()))


def _has(file: str, version: str) -> bool:
    return file != "roles" or version != "1.1"
