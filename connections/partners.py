"""The partner directory: who is certified for which versions and connection types."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction

from connections.models import TYPES, Partner
from connections.models.connection import SHARES
from roster import audit
from roster.checking import NEEDS
from roster.refusal import Refused, require_valid

VERSIONS = ("1.1", "1.2")
ADDED_TYPES = tuple(name for name in TYPES if name != "roster")
"""The connection types beyond Roster Sync, which every partner and connection has."""


@transaction.atomic
def create_partner(
    name: str, versions: Iterable[str], types: Iterable[str], by: audit.Actor
) -> Partner:
    """Enter a partner in the directory; return the one that is there if it is the same.

    `versions` of "1.1" and "1.2", `types` of "grade_book" and "assessment". Refused: a name
    that stands there with other certifications, and what OneRoster doesn't have.
    """
    name = name.strip()
    certified = {"versions": known_versions(versions), "types": known_types(types)}
    require_sense(name, **certified)
    found = Partner.objects.filter(name__iexact=name).first()
    if found is not None:
        if {"versions": found.versions, "types": found.types} == certified:
            return found
        raise Refused(
            "%(name)s is in the directory already, with other certifications.", name=found.name
        )
    partner = Partner.objects.create(name=name, **certified)
    audit.record(
        by,
        "partner.created",
        None,
        kind="partner",
        object_id=str(partner.pk),
        new={"name": name, **certified},
    )
    return partner


CHANGED = ("name", "versions", "types", "website", "contact", "support", "certification",
           "shares", "needs")  # fmt: skip
"""What the operator edits of a partner."""


@transaction.atomic
def change_partner(
    partner: Partner, *, by: audit.Actor, reason: str = "", **asked: Any
) -> dict[str, Any]:
    """Change an entry (`CHANGED`, whole values); return `{"changed": {name: {"old", "new"}}}`.

    Connections that are there go on as they were agreed. Refused: a name that another entry has,
    and what OneRoster or the profile of needs doesn't know.
    """
    row = Partner.objects.select_for_update().get(pk=partner.pk)
    for name, value in asked.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    row.versions, row.types = known_versions(row.versions), known_types(row.types)
    row.shares = _known(row.shares, tuple(SHARES), "share")
    row.needs = _known(row.needs, tuple(NEEDS), "need of data")
    require_sense(row.name, row.versions, row.types)
    other = Partner.objects.filter(name__iexact=row.name).exclude(pk=row.pk).first()
    if other is not None:
        raise Refused("%(name)s is in the directory already.", name=other.name)
    require_valid(row)
    before = Partner.objects.get(pk=partner.pk)
    changed = {
        name: {"old": getattr(before, name), "new": getattr(row, name)}
        for name in CHANGED
        if getattr(before, name) != getattr(row, name)
    }
    if changed:
        row.save(update_fields=list(changed))
        audit.record(
            by,
            "partner.changed",
            None,
            kind="partner",
            object_id=str(row.pk),
            old={name: each["old"] for name, each in changed.items()},
            new={name: each["new"] for name, each in changed.items()},
            reason=reason.strip(),
        )
        partner.refresh_from_db()
    return {"changed": changed}


def require_sense(name: str, versions: Collection[str], types: Collection[str]) -> None:
    """Refuse an entry without a name or a version, or with a type that its versions lack."""
    if not name:
        raise Refused("A partner needs a name.")
    if not versions:
        raise Refused("A partner is certified for at least one OneRoster version.")
    if "assessment" in types and "1.2" not in versions:
        raise Refused("Assessment Sync exists in OneRoster 1.2 only.")


def find_partner(name: str) -> Partner:
    """Return the partner of that name, in any letter case, or refuse."""
    found = Partner.objects.filter(name__iexact=name.strip()).first()
    if found is None:
        raise Refused("There is no partner “%(name)s” in the directory.", name=name)
    return found


def require_certified(partner: Partner | None, version: str, types: Iterable[str]) -> None:
    """Refuse a version or type that this vendor can't have; None stands for a non-partner."""
    types = list(types)
    if partner is None:
        if types:
            raise Refused(
                "A vendor outside the partner directory gets Roster Sync only, not %(types)s.",
                types=named(types),
            )
        return
    if version not in partner.versions:
        raise Refused(
            "%(name)s is not certified for OneRoster %(version)s.",
            name=partner.name,
            version=version,
        )
    missing = [name for name in types if name not in partner.types]
    if missing:
        raise Refused(
            "%(name)s is not certified for %(missing)s.", name=partner.name, missing=named(missing)
        )


def known_versions(versions: Iterable[str]) -> list[str]:
    """Return them once each, in order, or refuse the first that OneRoster doesn't have."""
    return _known(versions, VERSIONS, "OneRoster version")


def known_types(types: Iterable[str]) -> list[str]:
    """Return the types beyond Roster Sync once each, in order, or refuse an unknown one."""
    return _known((name for name in types if name != "roster"), ADDED_TYPES, "connection type")


def named(types: Iterable[str]) -> str:
    return " and ".join(TYPES[name] for name in types)


def _known(asked: Iterable[str], known: tuple[str, ...], what: str) -> list[str]:
    asked = set(asked)
    for name in sorted(asked - set(known)):
        raise Refused("There is no %(what)s “%(name)s”.", what=what, name=name)
    return [name for name in known if name in asked]
