"""Takes out of a finished document what its readers may no longer see.

An act takes and never gives, and what it bears on is what was published: the rows of that may
have changed since. So a document is pruned instead of rendered anew. Where everything but an act
is equal, pruning gives the bytes that rendering would.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from roster.dialects.composing import Doc, Document, Hidden, made, parse
from roster.dialects.fields import FIELDS, V11, Field, Type
from roster.dialects.references import place_reference
from roster.dialects.roles import Role, name_of, orgs, with_a_primary, word
from roster.dialects.users import UserAnswer
from roster.dialects.vocabularies import GUARDIANS

Keep = Callable[[str, str], bool]
"""Whether the record with this GUIDRef type and sourcedId was listed and stays so."""


def pruned_doc(
    version: str, collection: str, last: Doc, keep: Keep, hidden: Hidden, answer: Any = None
) -> Doc | None:
    """Return what is left of a published document; None where only a tombstone can be.

    `answer` is what the decision that holds now says about the record, on the map of the
    publication. Users and line items need it.
    """
    document = prune(version, collection, parse(last.body), keep, hidden, answer)
    if document is None:
        return None
    school = answer["school"].sourced_id if collection == "lineItems" else last.school
    return made(version, collection, document, last.role, school, last.klass, last.person)


def prune(
    version: str,
    collection: str,
    document: Document,
    keep: Keep,
    hidden: Hidden,
    answer: Any = None,
) -> Document | None:
    """Return the document without references to what isn't kept and without `hidden` fields.

    None where a required reference goes, or where the rest wouldn't be true.
    """
    document = {name: value for name, value in document.items() if name not in hidden}
    if collection == "users":
        _prune_links(document, answer)
        if not _prune_roles(version, document, keep, hidden, answer):
            return None
    elif collection == "lineItems" and "school" in document:
        document["school"] = place_reference(version, answer["school"])
    for known in FIELDS[version][collection]:
        value = document.get(known.name)
        if value is None or known.type not in (Type.REFERENCE, Type.REFERENCES):
            continue
        left = _left(known, value, keep)
        if left:
            document[known.name] = left
        elif known.required:
            return None
        else:
            del document[known.name]
    return document


def _left(known: Field, value: Any, keep: Keep) -> Any:
    """Return what is left of a field of references, None or an empty list where nothing is."""
    if known.type is Type.REFERENCE:
        return value if _is_kept(value, keep) else None
    return [reference for reference in value if _is_kept(reference, keep)]


def _is_kept(reference: Document, keep: Keep) -> bool:
    return keep(reference["type"], reference["sourcedId"])


def _prune_links(document: Document, answer: UserAnswer) -> None:
    """Take out links that are hidden though both of their ends are visible."""
    if agents := document.get("agents"):
        document["agents"] = [each for each in agents if each["sourcedId"] in answer.agents]
    if answer.primary_org is None:
        document.pop("primaryOrg", None)


def _prune_roles(
    version: str, document: Document, keep: Keep, hidden: Hidden, answer: UserAnswer
) -> bool:
    """Leave the roles that are visible still; return whether they are true and not none."""
    roles = [role for role in answer.roles if keep("org", role.place.sourced_id)]
    if version != V11:
        document["roles"] = _entries(document["roles"], roles, hidden)
        return bool(document["roles"])
    known = {reference["sourcedId"] for reference in document["orgs"]}
    left = [role for role in roles if role.place.sourced_id in known]
    if not left and document["role"] in GUARDIANS:
        left = [role for role in roles if not role.record]
    document["orgs"] = [place_reference(version, place) for place in orgs(left)]
    return bool(document["orgs"]) and document["role"] == word(
        answer.roles, answer.teaches, answer.primary
    )


def _entries(before: list[Document], roles: list[Role], hidden: Hidden) -> list[Document]:
    """Return the entries of these roles; where none is left, those that are supplied instead."""
    left = list(before)
    found = []
    for role in roles:
        at = next((at for at, entry in enumerate(left) if _is_of(entry, role)), None)
        if at is not None:
            found.append(left.pop(at))
    found = found or [
        {
            "roleType": "secondary",
            "role": name_of(role),
            "org": place_reference("1.2", role.place),
        }
        for role in roles
        if not role.record and any(_matches(role, entry) for entry in before)
    ]
    if "userProfiles" in hidden:
        for entry in found:
            entry.pop("userProfile", None)
    with_a_primary(found)
    return found


def _is_of(entry: Document, role: Role) -> bool:
    return entry["org"]["sourcedId"] == role.place.sourced_id and entry["role"] == name_of(role)


def _matches(role: Role, entry: Document) -> bool:
    """Return whether a supplied role takes the place of an entry: the same side of the school."""
    if role.role in GUARDIANS:
        return entry["role"] in GUARDIANS
    if (role.role == "student") is not (entry["role"] == "student"):
        return False
    return entry["role"] not in GUARDIANS and entry["org"]["sourcedId"] == role.place.sourced_id
