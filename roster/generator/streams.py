"""Turns a night into the rows of every OneRoster file.

A further file is one more entry here; a further column belongs to the module of its file. What
a delta tells or a demo spoils is laid over these streams.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from roster.generator import enrollments, structure, users
from roster.generator.demographics import demographics
from roster.generator.gradebook import add_gradebook
from roster.generator.nights import Night
from roster.generator.resources import add_resources
from roster.generator.shapes import Sources


@dataclass(frozen=True, slots=True)
class Extras:
    """What a bundle holds beyond the roster itself."""

    guardians: bool = False
    gradebook: bool = False
    resources: bool = False

    def __bool__(self) -> bool:
        return self.guardians or self.gradebook or self.resources


def sources_of(night: Night, version: str, extras: Extras, oddities: Counter[str]) -> Sources:
    """Gives the streams; what is odd is counted in `oddities` while they are read."""
    streams: Sources = {
        "orgs": (structure.orgs(night, oddities),),
        "academicSessions": (structure.sessions(night),),
        "courses": (structure.courses(night, oddities),),
        "classes": (structure.classes(night, oddities),),
        "users": users.users(night, version, oddities, with_guardians=extras.guardians),
        "demographics": (demographics(night, version),),
        "enrollments": (
            enrollments.of_staff(night),
            enrollments.of_students(night, oddities),
        ),
    }
    if version != "1.1":
        streams["roles"] = users.roles(night, oddities, with_guardians=extras.guardians)
    if extras.gradebook:
        add_gradebook(streams, night, version, oddities)
    if extras.resources:
        add_resources(streams, night, version, oddities)
    return streams
