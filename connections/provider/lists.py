"""Lists and single records: whether they are there, what wraps them, and who is in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connections.provider import documents
from connections.provider.asking import Answer, Document, Page, Provider, asked
from connections.provider.table import Outcome
from roster.api.operations import PATH_WORDS, Operation
from roster.dialects.fields import V11

TRIES = 3
"""Records below which a nested list is looked for, until one isn't empty."""

TIED = {"school": "school", "klass": "class"}
"""The reference by which a record in a path belongs to the one before it."""

NAMES = {
    "getClassesForSchool": "school",
    "getEnrollmentsForSchool": "school",
    "getEnrollmentsForClassInSchool": "class",
    "getClassesForTerm": "terms",
    "getGradingPeriodsForTerm": "parent",
    "getClassesForCourse": "course",
    "getLineItemsForClass": "class",
    "getResultsForLineItemForClass": "lineItem",
    "getResultsForStudentForClass": "student",
    "getScoreScalesForClass": "class",
}
"""Nested lists whose records name the last record of the path, and by which field."""


def examine(provider: Provider) -> Iterator[Outcome]:
    """Ask for every list, a record of each, and the lists below some records."""
    for operation in provider.operations(many=True):
        page = provider.first(operation)
        yield from _listed("list", operation, page)
        yield from _single(provider, operation, page)
    for operation in provider.operations(many=True, nested=True):
        found, ids = below(provider, operation)
        if found:
            yield from _listed("nested", operation, found)
            yield from _belonging(operation, found, ids)


def _listed(key: str, operation: Operation, page: Page) -> Iterator[Outcome]:
    yield from _wrapped(key, operation, page.answer, page.asked)
    if operation.subset:
        others = [each for each in page.documents if not is_of(operation, each)]
        yield Outcome("subset", page.asked, f"{len(others)} others" if others else "")


def _wrapped(key: str, operation: Operation, answer: Answer, where: str) -> Iterator[Outcome]:
    """Yield whether there is an answer, and the right thing around its records."""
    yield Outcome(key, where, "" if answer.status == 200 else answer.said)
    if answer.status != 200:
        return
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    yield Outcome("json", where, "" if kind == "application/json" else "another type")
    keys = set(answer.body) if isinstance(answer.body, dict) else set()
    keys -= {"statusInfoSet"} if operation.version == V11 else set()
    wanted = list if operation.many else dict
    right = keys == {operation.envelope} and isinstance(answer.body[operation.envelope], wanted)
    yield Outcome("envelope", where, "" if right else f"something else than {operation.envelope}")


def _single(provider: Provider, operation: Operation, page: Page) -> Iterator[Outcome]:
    """Look at the first record by itself, and at one that isn't in this list."""
    single = single_of(provider, operation)
    if single is None or not page.documents:
        return
    answer = provider.get(single.address({"sourcedId": page.ids[0]}))
    yield from _wrapped("single", single, answer, asked(single))
    if answer.status == 200 and isinstance(answer.body, dict):
        same = answer.body.get(single.envelope) == page.documents[0]
        yield Outcome("same", asked(single), "" if same else "another document")
    stranger = outsider(provider, operation)
    if stranger:
        answer = provider.get(single.address({"sourcedId": str(stranger["sourcedId"])}))
        found = "" if answer.status == 404 else answer.said
        yield Outcome("subset-single", f"{asked(single)}, another {operation.collection}", found)


def single_of(provider: Provider, operation: Operation) -> Operation | None:
    path = f"{operation.path}/{{sourcedId}}"
    return next((each for each in provider.operations(many=False) if each.path == path), None)


def outsider(provider: Provider, operation: Operation) -> Document | None:
    """Return a record of the collection that a list of some of it must not have."""
    if not operation.subset:
        return None
    whole = next(
        each for each in provider.operations(many=True)
        if each.collection == operation.collection and not each.subset
    )  # fmt: skip
    others = (each for each in provider.first(whole).documents if not is_of(operation, each))
    return next(others, None)


def is_of(operation: Operation, document: Document) -> bool:
    """Return whether a record has the role, or is of the type, that a list is narrowed to."""
    roles = document.get("roles")
    if isinstance(roles, list):
        return operation.subset in [each.get("role") for each in roles if isinstance(each, dict)]
    return operation.subset == (document.get("role") or document.get("type"))


def below(provider: Provider, operation: Operation) -> tuple[Page | None, dict[str, str]]:
    """Return a nested list, one that isn't empty if there is, and the ids of its path."""
    page: Page | None = None
    ids: dict[str, str] = {}
    for tried in range(TRIES):
        found = _ids(provider, operation, tried)
        if found:
            page, ids = provider.page(operation, found), found
            if page.documents:
                break
    return page, ids


def _ids(provider: Provider, operation: Operation, tried: int) -> dict[str, str]:
    """Return ids for a path, from the last to the first; none where a list has too few records."""
    ids: dict[str, str] = {}
    named = ""
    for parent in reversed(operation.parents):
        known = [each for each in _records(provider, PATH_WORDS[parent]) if each.get("sourcedId")]
        if not named and len(known) <= tried:
            return {}
        document: dict[str, Any] = {} if named else known[tried]
        ids[parent.name] = named or str(document["sourcedId"])
        reference = document.get(TIED.get(parent.tied_by, ""))
        named = str(reference.get("sourcedId", "")) if isinstance(reference, dict) else ""
    return ids


def _records(provider: Provider, plural: str) -> list[Document]:
    found = (each for each in provider.operations(many=True) if each.path.endswith(f"/{plural}"))
    operation = next(found, None)
    return provider.first(operation).documents if operation else []


def _belonging(operation: Operation, page: Page, ids: dict[str, str]) -> Iterator[Outcome]:
    name = NAMES.get(operation.id)
    if name is None or not page.documents:
        return
    last = ids[operation.parents[-1].name]
    strangers = 0
    for each in page.documents:
        found = documents.references(operation.version, operation.collection, each)
        strangers += last not in [record.get("sourcedId") for path, record in found if path == name]
    yield Outcome("belongs", page.asked, f"{strangers} others" if strangers else "")
