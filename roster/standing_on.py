"""What rows of each kind stand on directly, fetched for a page of them by a query or two."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from roster.hierarchy.roles import is_student
from roster.models import Enrollment, Klass, Level, LineItem, Result, ScoreScale, Status

if TYPE_CHECKING:
    from roster.footings import Footings

Node = tuple[str, str]
"""Kind and id."""

ACCOUNT = "account"
"""A person as footing: only its own mark counts there, not where else it is seen."""

PLACES = ("school_enrollment", "district_assignment", "guardian_link")


class Footing(NamedTuple):
    """What a row stands on: on all of `all_of`, and on one of `any_of` where there are some."""

    all_of: list[Node]
    any_of: list[Node]


def levels(at: Footings, kind: str, ids: list[str]) -> Iterator[tuple[Node, Footing]]:
    """Yield the footing of derived levels, as they were derived."""
    rows = Level.objects.filter(organization=at.organization, kind=kind, sourced_id__in=ids)
    for sourced_id, year, all_of, any_of in rows.values_list(
        "sourced_id", "year", "all_of", "any_of"
    ):
        at.years[kind, sourced_id] = year
        yield (
            (kind, sourced_id),
            Footing(
                [(ACCOUNT if above == "person" else above, each) for above, each in all_of],
                [(above, each) for above, each in any_of],
            ),
        )


def people(at: Footings, ids: list[str]) -> Iterator[tuple[Node, Footing]]:
    """A person is seen through any one place: as a student, as staff, as somebody's guardian."""
    rows = Level.objects.filter(organization=at.organization, person__in=ids, kind__in=PLACES)
    places: dict[str, list[Node]] = defaultdict(list)
    for person, kind, sourced_id in rows.values_list("person", "kind", "sourced_id"):
        places[person].append((kind, sourced_id))
    for person in ids:
        order = {kind: number for number, kind in enumerate(PLACES)}
        seen_at = sorted(places[person], key=lambda node: (order[node[0]], node[1]))
        yield ("person", person), Footing([], seen_at)


def sections(at: Footings, ids: list[str]) -> Iterator[tuple[Node, Footing]]:
    """A class stands on its school, and on its calendars of the year and its course in them."""
    rows = live(at, Klass, ids).values_list("sourced_id", "school", "course", "terms", "metadata")
    for sourced_id, school, course, terms, metadata in rows:
        above = [at.place(school)] if school else []
        for calendar in at.timetable.calendars(school, terms, metadata):
            if calendar.year in ("", at.timetable.active_year):
                above.append(("calendar", calendar.sourced_id))
                above.append(("course", f"{course}~{calendar.sourced_id}"))
        yield ("section", sourced_id), Footing(above, [])


def enrollments(at: Footings, ids: list[str]) -> Iterator[tuple[Node, Footing]]:
    """A class enrollment stands on class and person, and on that person's place at its school."""
    rows = list(live(at, Enrollment, ids).values_list("sourced_id", "klass", "user", "role"))
    classes = live(at, Klass, {row[1] for row in rows})
    schools = dict(classes.values_list("sourced_id", "school"))
    for sourced_id, klass, user, role in rows:
        place = "school_enrollment" if is_student(role) else "district_assignment"
        above: list[Node] = [("section", klass), (ACCOUNT, user)]
        if klass in schools:
            above.append((place, f"{user}~{schools[klass]}"))
        yield ("enrollment", sourced_id), Footing(above, [])


def demographics(at: Footings, ids: list[str]) -> Iterator[tuple[Node, Footing]]:
    for sourced_id in ids:
        yield ("demographics", sourced_id), Footing([("person", sourced_id)], [])


def line_items(at: Footings, ids: list[str]) -> Iterator[tuple[Node, Footing]]:
    for sourced_id, klass, category in live(at, LineItem, ids).values_list(
        "sourced_id", "klass", "category"
    ):
        above = [("section", klass), ("grading_task", category)]
        yield ("line_item", sourced_id), Footing([node for node in above if node[1]], [])


def results(at: Footings, ids: list[str]) -> Iterator[tuple[Node, Footing]]:
    for sourced_id, line_item, student in live(at, Result, ids).values_list(
        "sourced_id", "line_item", "student"
    ):
        yield ("result", sourced_id), Footing([("line_item", line_item), ("person", student)], [])


def score_scales(at: Footings, ids: list[str]) -> Iterator[tuple[Node, Footing]]:
    rows = live(at, ScoreScale, ids).exclude(klass="")
    for sourced_id, klass in rows.values_list("sourced_id", "klass"):
        yield ("score_scale", sourced_id), Footing([("section", klass)], [])


def live(at: Footings, model: Any, ids: Iterable[str]) -> Any:
    return model.objects.filter(
        organization=at.organization, status=Status.ACTIVE, sourced_id__in=ids
    )


LOADERS: dict[str, Callable[[Footings, list[str]], Iterator[tuple[Node, Footing]]]] = {
    "person": people,
    "section": sections,
    "enrollment": enrollments,
    "demographics": demographics,
    "line_item": line_items,
    "result": results,
    "score_scale": score_scales,
}
