"""What lists can be asked by: every element of a version's documents, by its dotted path.

Made from the one list of fields, so `filter`, `sort` and `fields` can't know other names than
the documents have. `roles.org.sourcedId` goes through objects and lists; a reference alone
means its `sourcedId`; below `metadata` any column can be named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from roster.dialects.fields import FIELDS, V11, Field, Type


@dataclass(frozen=True, slots=True)
class Path:
    """One element: the `type` of its values, and whether a record can have `many`.

    `key` is what it is kept under among a record's facts, or else `column` where it has a
    column of its own; `words` is a column that holds all of many. `root` is the field of the
    document that it lies in. The `type` of a reference is its `target`, and its `href`
    is made of target and id.
    """

    name: str
    type: Type
    root: str
    many: bool = False
    key: str = ""
    column: str = ""
    words: str = ""
    folded: bool = False
    target: str = ""
    href: bool = False


METADATA = "metadata."

FOLDED = frozenset(
    "username email givenName familyName middleName preferredFirstName preferredMiddleName "
    "preferredLastName".split()
)
"""Fields of users in which upper and lower case are the same, as they are to people."""

COLUMNS: dict[str, dict[str, str]] = {
    "academicSessions": {"type": "role"},
    "orgs": {"type": "role"},
    "classes": {"school.sourcedId": "school"},
    "enrollments": {
        "role": "role",
        "user.sourcedId": "person",
        "class.sourcedId": "klass",
        "school.sourcedId": "school",
    },
    "lineItems": {"class.sourcedId": "klass"},
    "scoreScales": {"class.sourcedId": "klass"},
    "results": {"student.sourcedId": "person"},
    "assessmentResults": {"student.sourcedId": "person"},
}
"""Paths whose values stand in a column of the record already.

Only required ones: tombstones keep their columns, and what is withheld leaves facts alone.
"""

V11_COLUMNS = {"users": {"role": "role"}}


def columns_of(version: str, collection: str) -> dict[str, str]:
    """Return the columns of a record that hold elements of its document, by path."""
    own = COLUMNS.get(collection, {})
    return own | V11_COLUMNS.get(collection, {}) if version == V11 else own


def resolve(version: str, collection: str, name: str) -> Path | None:
    """Return the element of that name; None where the version's documents have no such one."""
    if name.startswith(METADATA) and "\0" not in name:
        return Path(name, Type.STRING, "metadata", key=name)
    return PATHS[version][collection].get(name)


def _paths(version: str, collection: str) -> Iterator[Path]:
    columns = columns_of(version, collection) | {"sourcedId": "sourced_id", "status": "status"}
    for known in FIELDS[version][collection]:
        for path in _of_field(known, known.name, known.name, many=False):
            column = columns.get(path.key, "")
            yield Path(
                path.name,
                path.type,
                path.root,
                path.many,
                "" if column else path.key,
                column,
                "role" if collection == "users" and path.name == "roles.role" else "",
                collection == "users" and path.name in FOLDED,
                path.target,
                path.href,
            )
    if collection == "users" and version != V11:
        # 1.1's name for it, which many clients of 1.2 go on using.
        yield Path("role", Type.STRING, "roles", True, "roles.role", words="role")


def _of_field(known: Field, name: str, root: str, *, many: bool) -> Iterator[Path]:
    if known.type in (Type.REFERENCE, Type.REFERENCES):
        many = many or known.type is Type.REFERENCES
        key = f"{name}.sourcedId"
        yield Path(name, Type.STRING, root, many, key)
        yield Path(key, Type.STRING, root, many, key)
        yield Path(f"{name}.type", Type.STRING, root, many, key, target=known.target)
        yield Path(f"{name}.href", Type.STRING, root, many, key, target=known.target, href=True)
    elif known.type is Type.OBJECTS:
        for part in known.parts:
            yield from _of_field(part, f"{name}.{part.name}", root, many=True)
    elif known.type is Type.STRINGS:
        yield Path(name, Type.STRING, root, True, name)
    elif known.type is not Type.METADATA:
        yield Path(name, known.type, root, many, name)


PATHS: dict[str, dict[str, dict[str, Path]]] = {
    version: {
        collection: {path.name: path for path in _paths(version, collection)}
        for collection in collections
    }
    for version, collections in FIELDS.items()
}
"""Every path of every collection, by version; metadata columns are further ones."""
