"""What one vendor may see as lines of a bundle: the documents of a publication, and nothing else.

Withheld fields aren't in the documents, so their cells are blank; tombstones aren't in the lists.
Where the binding requires what documents needn't have, it is made of what the vendor reads.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from roster import reading
from roster.deciding import Rules
from roster.dialects.composing import parse
from roster.importing.columns import Column, File
from roster.importing.files import FILES
from roster.models import Publication
from roster.reading.source import Source
from roster.writing.accounts import role_id
from roster.writing.lines import Line
from roster.writing.linked_rows import filled, linked

PAGE = 2_000
PROFILE = "urn:profile:"

COLLECTIONS = {
    "roles": "users",
    "userProfiles": "users",
    "userResources": "users",
    "courseResources": "courses",
    "classResources": "classes",
    "lineItemScoreScales": "lineItems",
    "resultScoreScales": "results",
    "lineItemLearningObjectiveIds": "lineItems",
    "resultLearningObjectiveIds": "results",
}
"""The collection whose documents hold the rows of a file that is none itself."""

NAMES = {
    "preferredGivenName": "preferredFirstName",
    "preferredMiddleName": "preferredMiddleName",
    "preferredFamilyName": "preferredLastName",
}
FILLING = {"score_scale": "scoreScale", "learning_objectives": "learningObjectiveSet"}

Document = Mapping[str, Any]


class PublishedDocuments:
    """The lines of a vendor's bundle; `collections` are those that it may have."""

    def __init__(self, source: Source, collections: Collection[str]) -> None:
        self.source = source
        self.version = source.version
        self.collections = collections

    def lines(self, file: File) -> Iterator[Line]:
        collection = COLLECTIONS.get(file.name, file.name)
        if collection not in self.collections:
            return
        make = MAKERS.get(file.name) or (_filled if file.fills else own_lines)
        for document in self._documents(collection):
            yield from make(file, document)

    def has_metadata(self, file: File) -> bool:
        return file.name in self.collections and "metadata" not in self._rules.hidden(file.name)

    def schools(self) -> set[str]:
        if "classes" not in self.collections:
            return set()
        return {document["school"]["sourcedId"] for document in self._documents("classes")}

    def stand_in(self, values: Mapping[str, Any], sourced_id: str) -> str:
        """Return the sourcedId: what else could stand there may be withheld."""
        return sourced_id

    def _documents(self, collection: str) -> Iterator[Document]:
        offset = 0
        while texts := reading.page(self.source, collection, None, offset, PAGE).documents:
            # What an act withdrew stands in its place as a tombstone, until the next publication.
            for document in map(parse, texts):
                if document["status"] == "active":
                    yield document
            offset += PAGE

    @cached_property
    def _rules(self) -> Rules:
        publication = Publication.objects.get(pk=self.source.publication)
        return Rules.of(publication.rules, publication.settings.get("field_policy", []))


def own_lines(file: File, document: Document) -> Iterator[Line]:
    """Yield the one line that a document is in a file of its own kind."""
    values = {
        column.name: _plain(document[name]) for column, name in SHOWN[file.name] if name in document
    }
    yield Line(document["sourcedId"], values, document.get("metadata", {}))


def _named(column: Column) -> str:
    """Return what documents call a column's field."""
    if column.name in NAMES:
        return NAMES[column.name]
    if not column.target:
        return column.name
    name = column.name.removesuffix("SourcedIds")
    return f"{name}s" if name != column.name else name.removesuffix("SourcedId")


SHOWN = {
    file.name: [(column, _named(column)) for column in file.columns] for file in FILES.values()
}
"""The columns of each file, with what documents call them."""


def _plain(value: Any) -> Any:
    """Return a field's value with references as their ids."""
    if isinstance(value, dict):
        return value["sourcedId"]
    if isinstance(value, list) and value and isinstance(value[0], dict) and "sourcedId" in value[0]:
        return [each["sourcedId"] for each in value]
    return value


def _users(file: File, document: Document) -> Iterator[Line]:
    for line in own_lines(file, document):
        for name in ("orgSourcedIds", "agentSourcedIds"):
            line.values[name] = sorted(line.values.get(name, ()))
        yield line


def _line_items(file: File, document: Document) -> Iterator[Line]:
    for line in own_lines(file, document):
        period = line.values.get("gradingPeriodSourcedId", "")
        line.values.setdefault("academicSessionSourcedId", period)
        yield line


def _roles(file: File, document: Document) -> Iterator[Line]:
    user, taken = document["sourcedId"], set[str]()
    found = [
        {
            "userSourcedId": user,
            "roleType": each["roleType"],
            "role": each["role"],
            "beginDate": each.get("beginDate", ""),
            "endDate": each.get("endDate", ""),
            "orgSourcedId": each["org"]["sourcedId"],
            "userProfileSourcedId": unquote(each.get("userProfile", "").removeprefix(PROFILE)),
        }
        for each in document["roles"]
    ]
    order = "orgSourcedId role beginDate endDate userProfileSourcedId roleType".split()
    for values in sorted(found, key=lambda each: [each[name] for name in order]):
        sourced_id = role_id(user, values["orgSourcedId"], values["role"], taken)
        taken.add(sourced_id)
        yield Line(sourced_id, values)


def _profiles(file: File, document: Document) -> Iterator[Line]:
    found = {
        unquote(each["profileId"].removeprefix(PROFILE)): each
        for each in document.get("userProfiles", ())
    }
    for sourced_id, each in sorted(found.items()):
        credential = each.get("credentials", [{}])[0]
        values = {name: each.get(name, "") for name in PROFILE_FIELDS}
        yield Line(
            sourced_id,
            {
                **values,
                "userSourcedId": document["sourcedId"],
                "credentialType": credential.get("type", ""),
                "username": credential.get("username", ""),
            },
        )


PROFILE_FIELDS = ("profileType", "vendorId", "applicationId", "description")


def _resources(file: File, document: Document) -> Iterator[Line]:
    for resource in sorted(each["sourcedId"] for each in document.get("resources", ())):
        yield linked(file, document["sourcedId"], resource)


def _filled(file: File, document: Document) -> Iterator[Line]:
    if value := document.get(FILLING[file.fills]):
        yield from filled(file, document["sourcedId"], _plain(value))


MAKERS: dict[str, Callable[[File, Document], Iterator[Line]]] = {
    "users": _users,
    "roles": _roles,
    "userProfiles": _profiles,
    "lineItems": _line_items,
    "userResources": _resources,
    "courseResources": _resources,
    "classResources": _resources,
}
