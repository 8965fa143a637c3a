"""The records of each list beside the version's fields, and where their references lead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from connections.provider.asking import Document, Provider
from connections.provider.documents import problems, references
from connections.provider.table import CHECKS, Outcome
from roster.api.operations import Operation
from roster.dialects.references import TARGETS
from roster.kinds import COLLECTIONS

FORMS = tuple(check.key for check in CHECKS.values() if check.group == "documents")


def examine(provider: Provider) -> Iterator[Outcome]:
    """Hold the first hundred records of each list against its fields."""
    for operation in provider.operations(many=True):
        page = provider.first(operation)
        if page.documents:
            found = _problems(operation, page.documents, FORMS)
            yield from (Outcome(key, page.asked, found.get(key, "")) for key in FORMS)


def lead(provider: Provider) -> Iterator[Outcome]:
    """Look at the form of every reference, and follow one of each field."""
    for operation in provider.operations(many=True):
        page = provider.first(operation)
        if operation.subset or not page.documents:
            continue
        found = _problems(operation, page.documents, ("guidref",))
        yield Outcome("guidref", page.asked, found.get("guidref", ""))
        followed: set[str] = set()
        for document in page.documents:
            for path, reference in references(operation.version, operation.collection, document):
                href = str(reference.get("href", ""))
                if path in followed or not href:
                    continue
                followed.add(path)
                where = f"{page.asked}, {path}"
                here = provider.is_here(href)
                yield Outcome("absolute", where, "" if here else "relative, or of another host")
                if here and _is_open(provider, str(reference.get("type"))):
                    yield Outcome("resolves", where, _followed(provider, href, reference))


def _problems(operation: Operation, found: list[Document], keys: tuple[str, ...]) -> dict[str, str]:
    """Return by check what is wrong with how many records."""
    tally = Counter(
        problem
        for document in found
        for problem in set(problems(operation.version, operation.collection, document))
        if problem[0] in keys
    )
    words: dict[str, list[str]] = {}
    for (key, what), count in tally.most_common():
        words.setdefault(key, []).append(f"{what} ({count} of {len(found)} records)")
    return {key: "; ".join(each[:5]) for key, each in words.items()}


def _is_open(provider: Provider, target: str) -> bool:
    """Return whether the token's scopes let one follow references to a type."""
    collection = TARGETS.get(target, ("", ""))[0]
    return collection in COLLECTIONS and any(
        each.collection == collection for each in provider.operations(many=False)
    )


def _followed(provider: Provider, href: str, reference: Document) -> str:
    answer = provider.follow(href)
    if answer is None or answer.status != 200:
        return answer.said if answer else "it leads away"
    body = answer.body if isinstance(answer.body, dict) else {}
    ids = [each.get("sourcedId") for each in body.values() if isinstance(each, dict)]
    return "" if reference.get("sourcedId") in ids else "another record"
