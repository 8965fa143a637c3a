"""Who belongs to a nested list, in the words of the specification (1.2, rules), told naively.

A live record belongs by what live records say. A tombstone belongs by what it and others said
last, be they tombstones themselves by now. It imports nothing of the product.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.conformance.elements import SUBSETS

Document = dict[str, Any]
Told = Mapping[str, Sequence[Document]]
"""Documents by collection: those that have a say."""

Rule = Callable[[Document, Sequence[str], Told], bool]


def refers(document: Document, name: str, sourced_id: str) -> bool:
    """Return whether a reference of that name, or one of several, leads to the id."""
    found = document.get(name, [])
    found = found if isinstance(found, list) else [found]
    return sourced_id in [each["sourcedId"] for each in found]


def has_role_at(user: Document, role: str, org: str) -> bool:
    if "roles" in user:
        return any(each["role"] == role and refers(each, "org", org) for each in user["roles"])
    return bool(user["role"] == role) and refers(user, "orgs", org)


def enrolled(told: Told, role: str, *, user: str, klass: str) -> bool:
    return any(
        refers(each, "user", user) and refers(each, "class", klass) and role in ("", each["role"])
        for each in told["enrollments"]
    )


def in_class(role: str) -> Rule:
    return lambda user, ids, told: enrolled(told, role, user=user["sourcedId"], klass=ids[-1])


def of_person(role: str) -> Rule:
    return lambda klass, ids, told: enrolled(told, role, user=ids[0], klass=klass["sourcedId"])


def attending(role: str) -> Rule:
    return lambda user, ids, told: has_role_at(user, role, ids[0])


def own(name: str) -> Rule:
    """Whose own reference leads to the last id of the path."""
    return lambda document, ids, told: refers(document, name, ids[-1])


def named_by(collection: str, name: str) -> Rule:
    """Who is named by the record of the path."""
    return lambda document, ids, told: any(
        each["sourcedId"] == ids[0] and refers(each, name, document["sourcedId"])
        for each in told[collection]
    )


def _course_of_school(course: Document, ids: Sequence[str], told: Told) -> bool:
    return refers(course, "org", ids[0]) or any(
        refers(klass, "school", ids[0]) and refers(klass, "course", course["sourcedId"])
        for klass in told["classes"]
    )


def _term_of_school(term: Document, ids: Sequence[str], told: Told) -> bool:
    return term["type"] == "term" and any(
        refers(klass, "school", ids[0]) and refers(klass, "terms", term["sourcedId"])
        for klass in told["classes"]
    )


def _period_of_term(period: Document, ids: Sequence[str], told: Told) -> bool:
    return period["type"] == "gradingPeriod" and refers(period, "parent", ids[0])


def _category_of_class(category: Document, ids: Sequence[str], told: Told) -> bool:
    return any(
        refers(item, "class", ids[0]) and refers(item, "category", category["sourcedId"])
        for item in told["lineItems"]
    )


def _result_of_class(result: Document, ids: Sequence[str], told: Told) -> bool:
    if "class" in result:
        return refers(result, "class", ids[0])
    # 1.1 says it of the line item only.
    return any(
        refers(item, "class", ids[0]) and refers(result, "lineItem", item["sourcedId"])
        for item in told["lineItems"]
    )


def _result_of_student(result: Document, ids: Sequence[str], told: Told) -> bool:
    return refers(result, "student", ids[1]) and _result_of_class(result, ids, told)


def _scale_of_school(scale: Document, ids: Sequence[str], told: Told) -> bool:
    return any(
        refers(klass, "school", ids[0]) and refers(scale, "class", klass["sourcedId"])
        for klass in told["classes"]
    )


RULES: dict[str, Rule] = {
    "/schools/{}/courses": _course_of_school,
    "/schools/{}/classes": own("school"),
    "/schools/{}/enrollments": own("school"),
    "/schools/{}/students": attending("student"),
    "/schools/{}/teachers": attending("teacher"),
    "/schools/{}/terms": _term_of_school,
    "/schools/{}/classes/{}/enrollments": own("class"),
    "/schools/{}/classes/{}/students": in_class("student"),
    "/schools/{}/classes/{}/teachers": in_class("teacher"),
    "/schools/{}/scoreScales": _scale_of_school,
    "/terms/{}/classes": own("terms"),
    "/terms/{}/gradingPeriods": _period_of_term,
    "/courses/{}/classes": own("course"),
    "/courses/{}/resources": named_by("courses", "resources"),
    "/students/{}/classes": of_person("student"),
    "/teachers/{}/classes": of_person("teacher"),
    "/users/{}/classes": of_person(""),
    "/users/{}/resources": named_by("users", "resources"),
    "/classes/{}/students": in_class("student"),
    "/classes/{}/teachers": in_class("teacher"),
    "/classes/{}/resources": named_by("classes", "resources"),
    "/classes/{}/categories": _category_of_class,
    "/classes/{}/lineItems": own("class"),
    "/classes/{}/lineItems/{}/results": own("lineItem"),
    "/classes/{}/results": _result_of_class,
    "/classes/{}/students/{}/results": _result_of_student,
    "/classes/{}/scoreScales": own("class"),
}
"""By path, whether a document belongs to the records that the path names."""


WORDS = {plural: (collection, word) for plural, (collection, _, word) in SUBSETS.items()}
"""Words of a path that stand for some of a collection, and the role or type they ask for."""

GRADEBOOK = {"lineItems"}


class World:
    """What one reader can see: live documents, and tombstones with what they said last."""

    def __init__(self, live: Told, dead: Mapping[str, Sequence[tuple[Document, Document]]]) -> None:
        self.live = live
        self.dead = dead
        self.ever = {
            name: [*documents, *(last for _, last in dead[name])]
            for name, documents in live.items()
        }

    def has(self, word: str, sourced_id: str) -> bool:
        """Return whether a path's word and id name a record; tombstones count, but for work."""
        collection, kind = WORDS.get(word, (word, ""))
        told = self.live[collection] if collection in GRADEBOOK else self.ever[collection]
        return any(each["sourcedId"] == sourced_id and _is_a(kind, each) for each in told)

    def names(self, path: str, ids: Sequence[str]) -> bool:
        """Return whether the ids of a nested path name records, each in the one before it."""
        words = [word for word in path.strip("/").split("/") if word != "{}"]
        if not all(self.has(word, each) for word, each in zip(words[:-1], ids, strict=True)):
            return False
        tied = {"/schools/{}/classes/{}": ("classes", "school"),
                "/classes/{}/lineItems/{}": ("lineItems", "class")}  # fmt: skip
        collection, name = tied.get(path.rpartition("/")[0], ("", ""))
        return not collection or any(
            each["sourcedId"] == ids[1] and refers(each, name, ids[0])
            for each in self.ever[collection]
        )

    def members(
        self, path: str, collection: str, ids: Sequence[str], *, dead: bool
    ) -> list[Document]:
        """Return who belongs to a nested list, tombstones among them if asked for."""
        rule = RULES[path]
        found = [each for each in self.live[collection] if rule(each, ids, self.live)]
        if dead:
            gone = self.dead[collection]
            found += [each for each, last in gone if rule(last, ids, self.ever)]
        return found

    def listed(self, plural: str, *, dead: bool) -> list[Document]:
        """Return the documents of a list that isn't nested."""
        collection, kind = WORDS.get(plural, (plural, ""))
        told = [*self.live[collection], *(each for each, _ in self.dead[collection] if dead)]
        return [each for each in told if _is_a(kind, each)]


def _is_a(kind: str, document: Document) -> bool:
    """Return whether a user has the role, or an org or a session is of the type, if one is said."""
    if not kind:
        return True
    if "roles" in document:
        return kind in [role["role"] for role in document["roles"]]
    return kind == (document.get("role") or document.get("type"))
