"""Fields that can be withheld, from one connection or, by the field policy, from all.

What a version requires of a record can't be withheld: it would no longer be that record.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import Count, Q
from django.db.models.functions import Lower, StrIndex
from django.db.models.lookups import GreaterThan
from django.utils.translation import ngettext_lazy

from roster.dialects.fields import FIELDS, Field, Type
from roster.models import Organization, Status, User
from roster.refusal import Refused

EVERYWHERE = ("sourcedId", "status", "dateLastModified")

COLLECTIONS = (
    "users",
    "orgs",
    "academicSessions",
    "courses",
    "classes",
    "enrollments",
    "demographics",
)
"""Those of which single fields can be withheld; of others the whole collection can."""

STRUCTURE = frozenset(
    {"orgs.parent", "orgs.children", "academicSessions.parent", "academicSessions.children"}
)
"""What holds the data together; and it tells nothing about anybody."""


def _fields(required: bool) -> dict[str, tuple[str, ...]]:
    """Return the versions by field in which it is required, or is optional."""
    found: dict[str, tuple[str, ...]] = {}
    for version, collections in FIELDS.items():
        for collection in COLLECTIONS:
            for known in collections[collection]:
                name = f"{collection}.{known.name}"
                if known.required is required and not _is_apart(known, name):
                    found[name] = (*found.get(name, ()), version)
    return found


def _is_apart(known: Field, name: str) -> bool:
    return known.name in EVERYWHERE or known.type is Type.METADATA or name in STRUCTURE


WITHHOLDABLE = _fields(required=False)
"""The optional fields, with the versions of the connections that can do without."""

REQUIRED = _fields(required=True)
"""The fields without which there is no record, for a refusal that says so."""


def known_withheld(asked: Iterable[str], version: str) -> list[str]:
    """Return the fields withheld, sorted; refuse what the version requires or doesn't know."""
    asked = sorted(set(asked))
    for name in asked:
        if version in WITHHOLDABLE.get(name, ()):
            continue
        if version in REQUIRED.get(name, ()) or name.rpartition(".")[2] in EVERYWHERE:
            raise Refused(f"{name} can't be withheld: OneRoster {version} requires it.")
        raise Refused(f"{name} can't be withheld: OneRoster {version} has no such optional field.")
    return asked


def known_policy(asked: Iterable[str]) -> list[str]:
    """Return the fields that no connection may have, sorted; refuse what a version requires."""
    asked = sorted(set(asked))
    for name in asked:
        for version in REQUIRED.get(name, ()):
            raise Refused(
                f"{name} can't be withheld from every connection: OneRoster {version} requires it."
            )
        if name not in WITHHOLDABLE:
            known_withheld([name], "1.2")
    return asked


ALSO_IN = {
    "username": ngettext_lazy(
        "%(count)d username contains the e-mail address that is withheld, and can still be read.",
        "%(count)d usernames contain the e-mail address that is withheld, and can still be read.",
        "count",
    ),
    "identifier": ngettext_lazy(
        "%(count)d identifier contains the e-mail address that is withheld, and can still be read.",
        "%(count)d identifiers contain the e-mail address that is withheld, and can still be read.",
        "count",
    ),
}


def email_elsewhere(organization: Organization, withheld: Collection[str]) -> list[str]:
    """Return, in words, how many people's e-mail address a reader finds in other fields.

    For whoever withholds the address: many districts use it as username or identifier too.
    """
    people = User.objects.filter(organization=organization, status=Status.ACTIVE).exclude(email="")
    columns = [column for column in ALSO_IN if f"users.{column}" not in withheld]
    if not columns:
        return []
    counts = people.aggregate(
        **{f"in_{column}": Count("pk", filter=_contains_email(column)) for column in columns}
    )
    return [
        ALSO_IN[column] % {"count": count}
        for column in columns
        if (count := counts[f"in_{column}"])
    ]


def _contains_email(column: str) -> Q:
    return Q(GreaterThan(StrIndex(Lower(column), Lower("email")), 0))
