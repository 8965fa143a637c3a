"""The API's operations as a table: routes, envelopes, scopes and documents are read from here.

Lists and singles follow from the table of collections; nested lists are rows of their own, in
the words of the specification (1.2 to 1.5). Scopes stand as alternatives: a token with any one
of them may call (4.1). Vendors write into the collections of the gradebook.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from roster.api.scopes import READ_SCOPES, SCOPE_BASES, WRITE_SCOPES
from roster.dialects.fields import FIELDS, V11, V12
from roster.dialects.references import base_path, in_path
from roster.kinds import COLLECTIONS, Collection
from roster.reading import nesting
from roster.reading.where import Nesting
from roster.written import WRITTEN

ID = re.compile(r"\{(\w+)\}")
"""An id in an operation's path."""


@dataclass(frozen=True, slots=True)
class Parent:
    """A record named in a path: where it is found, and the column that ties it to the one before.

    `name` is what the specification calls its id: `{schoolSourcedId}`.
    """

    name: str
    collection: str
    subset: str = ""
    tied_by: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: `envelope` is the body's only key; `subset` the role or type of its records.

    `path` begins at the host, without a slash. A nested list has `parents`, in the order of its
    path, and `nesting` says who belongs to them. A write has another `method`; what is posted has
    the `fixed` columns that its path names, by the name of the id.
    """

    id: str
    version: str
    service: str
    path: str
    collection: str
    envelope: str
    subset: str
    many: bool
    scopes: tuple[str, ...]
    parents: tuple[Parent, ...] = ()
    nesting: Nesting | None = None
    method: str = "GET"
    fixed: tuple[tuple[str, str], ...] = ()

    def address(self, ids: Mapping[str, str]) -> str:
        """Return the path of a request, with its ids as they stand in one."""
        return "/" + ID.sub(lambda found: in_path(ids[found[1]]), self.path)


SCHOOL = Parent("schoolSourcedId", "orgs", "school")
TERM = Parent("termSourcedId", "academicSessions", "term")
COURSE = Parent("courseSourcedId", "courses")
CLASS = Parent("classSourcedId", "classes")
CLASS_OF_SCHOOL = Parent("classSourcedId", "classes", tied_by="school")
STUDENT = Parent("studentSourcedId", "users", "student")
TEACHER = Parent("teacherSourcedId", "users", "teacher")
USER = Parent("userSourcedId", "users")
LINE_ITEM = Parent("lineItemSourcedId", "lineItems", tied_by="klass")

PATH_WORDS = {
    SCHOOL: "schools",
    TERM: "terms",
    COURSE: "courses",
    CLASS: "classes",
    CLASS_OF_SCHOOL: "classes",
    STUDENT: "students",
    TEACHER: "teachers",
    USER: "users",
    LINE_ITEM: "lineItems",
}


@dataclass(frozen=True, slots=True)
class Nested:
    """A nested list: whose it is, which plural ends its path, and who belongs to it.

    Where the plural is that of a subset, `subset` says whether its records are narrowed by it
    too: the terms of a school are terms, but a class's students are whoever is enrolled as one.
    """

    id: str
    service: str
    parents: tuple[Parent, ...]
    plural: str
    nesting: Nesting
    versions: tuple[str, ...] = (V11, V12)
    subset: str = ""


_STUDENTS = nesting.by_naming("enrollments", "person", "klass", "student")
_TEACHERS = nesting.by_naming("enrollments", "person", "klass", "teacher")
_ITS_COURSES = nesting.either(
    nesting.by_fact("courses", "org.sourcedId"),
    nesting.by_naming("classes", "course.sourcedId", "school"),
)
_ITS_TERMS = nesting.by_naming("classes", "terms.sourcedId", "school", many=True)
_OF_CLASS = nesting.by_column("klass")
_OF_CLASS_IN_SCHOOL = nesting.by_column("school", "klass")


def _resources_of(collection: str) -> Nesting:
    return nesting.by_naming(collection, "resources.sourcedId", "sourced_id", many=True)


NESTED = (
    # operation, service, parents, list, who belongs
    Nested("getCoursesForSchool", "rostering", (SCHOOL,), "courses", _ITS_COURSES),
    Nested("getClassesForSchool", "rostering", (SCHOOL,), "classes", nesting.by_column("school")),
    Nested(
        "getEnrollmentsForClassInSchool", "rostering", (SCHOOL, CLASS_OF_SCHOOL), "enrollments",
        _OF_CLASS_IN_SCHOOL,
    ),
    Nested(
        "getStudentsForClassInSchool", "rostering", (SCHOOL, CLASS_OF_SCHOOL), "students", _STUDENTS
    ),
    Nested(
        "getTeachersForClassInSchool", "rostering", (SCHOOL, CLASS_OF_SCHOOL), "teachers", _TEACHERS
    ),
    Nested(
        "getEnrollmentsForSchool", "rostering", (SCHOOL,), "enrollments",
        nesting.by_column("school"),
    ),
    Nested(
        "getStudentsForSchool", "rostering", (SCHOOL,), "students", nesting.by_place("student")
    ),
    Nested(
        "getTeachersForSchool", "rostering", (SCHOOL,), "teachers", nesting.by_place("teacher")
    ),
    Nested("getTermsForSchool", "rostering", (SCHOOL,), "terms", _ITS_TERMS, subset="term"),
    Nested(
        "getClassesForTerm", "rostering", (TERM,), "classes",
        nesting.by_fact("classes", "terms.sourcedId", many=True),
    ),
    Nested(
        "getGradingPeriodsForTerm", "rostering", (TERM,), "gradingPeriods",
        nesting.by_fact("academicSessions", "parent.sourcedId"), subset="gradingPeriod",
    ),
    Nested(
        "getClassesForCourse", "rostering", (COURSE,), "classes",
        nesting.by_fact("classes", "course.sourcedId"),
    ),
    Nested(
        "getClassesForStudent", "rostering", (STUDENT,), "classes",
        nesting.by_naming("enrollments", "klass", "person", "student"),
    ),
    Nested(
        "getClassesForTeacher", "rostering", (TEACHER,), "classes",
        nesting.by_naming("enrollments", "klass", "person", "teacher"),
    ),
    Nested(
        "getClassesForUser", "rostering", (USER,), "classes",
        nesting.by_naming("enrollments", "klass", "person"),
    ),
    Nested("getStudentsForClass", "rostering", (CLASS,), "students", _STUDENTS),
    Nested("getTeachersForClass", "rostering", (CLASS,), "teachers", _TEACHERS),
    Nested(
        "getResourcesForCourse", "resources", (COURSE,), "resources", _resources_of("courses")
    ),
    Nested("getResourcesForClass", "resources", (CLASS,), "resources", _resources_of("classes")),
    Nested(
        "getResourcesForUser", "resources", (USER,), "resources", _resources_of("users"), (V12,)
    ),
    # 1.1 doesn't name the categories of a class, and its clients ask for them all the same.
    Nested(
        "getCategoriesForClass", "gradebook", (CLASS,), "categories",
        nesting.by_naming("lineItems", "category.sourcedId", "klass"),
    ),
    Nested("getLineItemsForClass", "gradebook", (CLASS,), "lineItems", _OF_CLASS),
    Nested(
        "getResultsForLineItemForClass", "gradebook", (CLASS, LINE_ITEM), "results",
        nesting.by_fact("results", "lineItem.sourcedId", of_class=True),
    ),
    Nested("getResultsForClass", "gradebook", (CLASS,), "results", _OF_CLASS),
    Nested(
        "getResultsForStudentForClass", "gradebook", (CLASS, STUDENT), "results",
        nesting.by_column("klass", "person"),
    ),
    Nested("getScoreScalesForClass", "gradebook", (CLASS,), "scoreScales", _OF_CLASS, (V12,)),
    Nested(
        "getScoreScalesForSchool", "gradebook", (SCHOOL,), "scoreScales",
        nesting.by_naming("classes", "sourced_id", "school", own="klass"), (V12,),
    ),
)  # fmt: skip


def scopes_for(version: str, collection: Collection, *, nested: bool = False) -> tuple[str, ...]:
    """Return the full scope URIs of which one is needed to read a collection.

    `-core` scopes open no nested lists, and 1.1 knows one for rostering only.
    """
    area = collection.service
    if collection.name == "demographics":
        area = "demographics"
    elif "assessment" in collection.types:
        area = "assessment"
    names = READ_SCOPES[area]
    if nested or (version == V11 and area != "rostering"):
        names = names[:1]
    return tuple(SCOPE_BASES[version] + name for name in names)


def capital(word: str) -> str:
    return word[0].upper() + word[1:]


def _of_collections() -> Iterator[Operation]:
    for version, fields in FIELDS.items():
        for name in fields:
            collection = COLLECTIONS[name]
            service = collection.service
            base = base_path(version, service).removeprefix("/")
            scopes = scopes_for(version, collection)
            for plural, singular, subset in ((name, collection.singular, ""), *collection.subsets):
                many, one = f"getAll{capital(plural)}", f"get{capital(singular)}"
                path = f"{base}/{plural}"
                yield Operation(many, version, service, path, name, name, subset, True, scopes)
                yield Operation(
                    one, version, service, f"{path}/{{sourcedId}}", name, collection.singular,
                    subset, False, scopes,
                )  # fmt: skip


def _of_nested() -> Iterator[Operation]:
    collections = {
        plural: collection for collection in COLLECTIONS.values() for plural in collection.plurals()
    }
    for row in NESTED:
        collection = collections[row.plural]
        for version in row.versions:
            path = "/".join(f"{PATH_WORDS[each]}/{{{each.name}}}" for each in row.parents)
            base = base_path(version, row.service).removeprefix("/")
            yield Operation(
                row.id,
                version,
                row.service,
                f"{base}/{path}/{row.plural}",
                collection.name,
                collection.name,
                row.subset,
                True,
                scopes_for(version, collection, nested=True),
                row.parents,
                row.nesting,
            )


OPERATIONS: tuple[Operation, ...] = (*_of_collections(), *_of_nested())

SESSION = Parent("academicSessionSourcedId", "academicSessions")
ITEM = Parent("lineItemSourcedId", "lineItems")

PATH_WORDS |= {SESSION: "academicSessions", ITEM: "lineItems"}

POSTS = (
    # operation, parents, list, columns that the path names
    ("postLineItemsForClass", (CLASS,), "lineItems", (("classSourcedId", "klass"),)),
    ("postLineItemsForSchool", (SCHOOL,), "lineItems", (("schoolSourcedId", "school"),)),
    ("postResultsForLineItem", (ITEM,), "results", (("lineItemSourcedId", "line_item"),)),
    (
        "postResultsForAcademicSessionForClass", (CLASS, SESSION), "results",
        (("classSourcedId", "klass"),),
    ),
)  # fmt: skip
"""What is created under ids of ours, in 1.2 alone; 1.1 has no POST."""


def _write_scopes(version: str, collection: Collection, method: str) -> tuple[str, ...]:
    area = "assessment" if "assessment" in collection.types else "gradebook"
    return (f"{SCOPE_BASES[version]}{area}.{WRITE_SCOPES[method]}",)


def _of_writes() -> Iterator[Operation]:
    for version, fields in FIELDS.items():
        base = base_path(version, "gradebook").removeprefix("/")
        for name in fields:
            collection = COLLECTIONS[name]
            if name not in WRITTEN:
                continue
            for method in ("PUT", "DELETE"):
                yield Operation(
                    f"{method.lower()}{capital(collection.singular)}", version, "gradebook",
                    f"{base}/{name}/{{sourcedId}}", name, collection.singular, "", False,
                    _write_scopes(version, collection, method), method=method,
                )  # fmt: skip
    base = base_path(V12, "gradebook").removeprefix("/")
    for name, parents, plural, fixed in POSTS:
        path = "/".join(f"{PATH_WORDS[each]}/{{{each.name}}}" for each in parents)
        yield Operation(
            name, V12, "gradebook", f"{base}/{path}/{plural}", plural, plural, "", True,
            _write_scopes(V12, COLLECTIONS[plural], "POST"), parents, method="POST", fixed=fixed,
        )  # fmt: skip


WRITES: tuple[Operation, ...] = tuple(_of_writes())
"""What vendors write: Grade Book Sync, and Assessment Sync in 1.2."""

BUNDLES = tuple(
    Operation(
        "getBundle",
        version,
        "rostering",
        f"{base_path(version, 'rostering')}/bundle".removeprefix("/"),
        "",
        "",
        "",
        False,
        tuple(SCOPE_BASES[version] + name for name in READ_SCOPES["rostering"]),
    )
    for version in FIELDS
)
"""An extension of ours: everything as one bulk bundle, below the base of rostering."""

NOWHERE = Operation("", "", "", "", "", "", "", False, ())
"""What a view has before a route gives it an operation: any version, no scope, no records."""
