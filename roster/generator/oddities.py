"""Counts what is odd about the people of a bundle, by the names under which it is told."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from roster.generator.district import TEACHING
from roster.generator.population import Person

_LONG_NAME = 40


def oddities_of(person: Person) -> Iterator[str]:
    """Yields by name what is odd about somebody, as the counts call it."""
    yield from _of_roles(person)
    for column in ("username", "email", "identifier"):
        if not getattr(person, column):
            yield f"people_without_{column}"
    yield from _of_names(f"{person.given} {person.family}")
    if any(mark in person.sourced_id for mark in "._@"):
        yield "people_with_unusual_sourced_id"


def _of_roles(person: Person) -> Iterator[str]:
    first = person.posts[0].role
    roles = {post.role for post in person.posts}
    if first in ("counselor", "aide"):
        yield f"{first}s"
    if first in TEACHING and "teacher" in roles:
        yield f"teaching_{first}s"
    if len({post.org for post in person.posts if post.org.startswith("sch-")}) > 1:
        if person.sourced_id.startswith("grd-"):
            yield "guardians_with_children_at_two_schools"
        else:
            yield "students_at_two_schools" if first == "student" else "staff_at_two_schools"


def _of_names(name: str) -> Iterator[str]:
    if "'" in name:
        yield "names_with_apostrophe"
    if "-" in name:
        yield "names_with_hyphen"
    if not name.isascii():
        yield "names_beyond_ascii"
    if any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in name):
        yield "names_right_to_left"
    if len(name) > _LONG_NAME:
        yield "names_very_long"
