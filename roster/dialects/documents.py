"""A row and the decision's answer become a document, field by field of the version's list.

These, and nothing else, are what a document depends on. Rendering decides nothing: whoever asks
has decided that the record is visible. The answer says by field what the row alone doesn't: of a
reference the id or the `Place` that it leads to, blank or None where that isn't visible, or a list
of them. Of users it is a `UserAnswer`, and their row a `Person`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from operator import attrgetter
from typing import Any, NamedTuple

from roster.clock import stamp
from roster.dialects import users
from roster.dialects.composing import Doc, Hidden, arranged, day, made, truth
from roster.dialects.elements import snake
from roster.dialects.fields import FIELDS, V11, V12, Field, Type
from roster.dialects.references import led_to, reference
from roster.dialects.vocabularies import SOURCES, known_word

COLUMN = {
    "enabledUser": "enabled",
    "class": "klass",
    "scoreScaleValue": "values",
    "learningObjectiveSet": "learning_objectives",
}
"""The columns that aren't called as their fields are."""

BY_ROW = {
    "classes": ("course",),
    "enrollments": ("user", "class"),
    "lineItems": ("class", "category"),
    "scoreScales": ("class",),
    "results": ("lineItem", "student"),
    "assessmentResults": ("assessmentLineItem", "student"),
}
"""References without which the record wouldn't be visible: they are what the row says."""

CONTROLS = frozenset({"externalLmsExclude"})
"""Metadata columns that steer Rosterdesk and are nobody else's business."""


def without_controls(metadata: dict[str, Any]) -> dict[str, Any]:
    if CONTROLS.isdisjoint(metadata):
        return metadata
    return {name: value for name, value in metadata.items() if name not in CONTROLS}


def objectives(sets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return learning objectives with the sources that a document can have.

    A source of one's own fits the CSV binding, but no form that REST has for it.
    """
    known = SOURCES.both
    return [each if each["source"] in known else {**each, "source": "unknown"} for each in sets]


def known_words(version: str, words: list[str]) -> list[str]:
    return [word for word in words if known_word(version, word)]


def org_identifier(version: str, row: Any, answer: Any) -> Any:
    return row.identifier or (row.sourced_id if version != V11 else "")


def sex(version: str, row: Any, answer: Any) -> Any:
    return row.sex if version != V11 or row.sex in ("male", "female") else ""


OWN: dict[str, dict[str, Callable[[str, Any, Any], Any]]] = {
    "academicSessions": {"schoolYear": lambda version, row, answer: answer["schoolYear"]},
    "orgs": {"identifier": org_identifier},
    "courses": {"courseCode": lambda version, row, answer: row.course_code or row.sourced_id},
    "demographics": {"sex": sex},
    "users": users.OWN,
}
"""Fields that are neither what one column says nor what a reference leads to."""

FoundBy = Callable[[Any, Any], tuple[str, ...]]
"""The first of a `Doc`'s role, school, klass and person, by which lists and filters find it."""

FOUND_BY: dict[str, FoundBy] = {
    "academicSessions": lambda row, answer: (row.type,),
    "orgs": lambda row, answer: (row.type,),
    "courses": lambda row, answer: ("", row.org),
    "classes": lambda row, answer: ("", row.school, row.sourced_id),
    "users": lambda person, answer: ("", "", "", person.row.sourced_id),
    "enrollments": lambda row, answer: (row.role, answer["school"][0], row.klass, row.user),
    "demographics": lambda row, answer: ("", "", "", row.sourced_id),
    "scoreScales": lambda row, answer: ("", "", row.klass),
    "lineItems": lambda row, answer: ("", answer["school"][0], row.klass),
    "results": lambda row, answer: ("", "", answer["class"], row.student),
    "assessmentLineItems": lambda row, answer: ("", "", row.klass),
    "assessmentResults": lambda row, answer: ("", "", "", row.student),
}

RENDERING = dict.fromkeys(FIELDS[V12], 1)
"""To be raised for a collection whose documents a release changes, which renders them anew."""


def document(version: str, collection: str, row: Any, answer: Any, hidden: Hidden) -> Doc:
    """Return the document of a record that is visible, without the `hidden` fields.

    Raises `Unpublishable` where the version requires a field that can't be filled.
    """
    if collection == "users" and "userProfiles" in hidden:
        row = row._replace(profiles=())  # Nor do roles name them.
    form = FORMS[version, collection]
    said = dict(zip(form.names, form.columns(row), strict=True))
    for name, write in form.written:
        if (value := said[name]) is not None:
            said[name] = write(value)
    for name, lead in form.leading:
        said[name] = lead(answer[name])
    for name, say in form.own:
        said[name] = say(version, row, answer)
    for name in hidden:
        said.pop(name, None)
    finished = arranged(version, collection, said)
    return made(version, collection, finished, *form.found_by(row, answer))


class Form(NamedTuple):
    """How the documents of a collection are said in a version.

    The fields `names` are what `columns` reads of a row, those `written` are so in other words,
    `leading` lead where the answer says, and the `own` ones are each said in their own way.
    """

    names: list[str]
    columns: Callable[[Any], tuple[Any, ...]]
    written: list[tuple[str, Callable[[Any], Any]]]
    leading: list[tuple[str, Callable[[Any], Any]]]
    own: list[tuple[str, Callable[[str, Any, Any], Any]]]
    found_by: FoundBy


APART = ("status", "dateLastModified")
"""Fields that no row says."""


def _form(version: str, collection: str) -> Form:
    own, by_row = OWN.get(collection, {}), BY_ROW.get(collection, ())
    fields = [each for each in FIELDS[version][collection] if each.name not in APART]
    plain = [each for each in fields if each.name not in own]
    read = [each for each in plain if not each.target or each.name in by_row]
    of_row = "row." if collection == "users" else ""
    return Form(
        [each.name for each in read],
        attrgetter(*(of_row + (COLUMN.get(each.name) or snake(each.name)) for each in read)),
        [(each.name, write) for each in read if (write := _written(version, each))],
        [(each.name, partial(led_to, version, each.target)) for each in plain if each not in read],
        [(each.name, own[each.name]) for each in fields if each.name in own],
        FOUND_BY.get(collection, lambda row, answer: ()),
    )


def _written(version: str, known: Field) -> Callable[[Any], Any] | None:
    """Return how what a column says is written, None where it is so already."""
    if known.target:
        return partial(reference, version, known.target)
    if known.type is Type.STRINGS and known.words:
        return partial(known_words, version)
    by_name: dict[str, Callable[[Any], Any]] = {
        "metadata": without_controls,
        "learningObjectiveSet": objectives,
        "classType": partial(known_word, version),
        "scoreStatus": partial(known_word, version),
    }
    by_type: dict[Type, Callable[[Any], Any]] = {
        Type.BOOLEAN: truth,
        Type.DATE: day,
        Type.INSTANT: stamp,
    }
    return by_name.get(known.name) or by_type.get(known.type)


FORMS = {
    (version, collection): _form(version, collection)
    for version, collections in FIELDS.items()
    for collection in collections
}
