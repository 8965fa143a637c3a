"""The partner directory: who is certified for which versions and connection types."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from connections.models import TYPES, Partner
from roster import audit
from roster.refusal import Refused

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
    if not name:
        raise Refused("A partner needs a name.")
    if not certified["versions"]:
        raise Refused("A partner is certified for at least one OneRoster version.")
    if "assessment" in certified["types"] and "1.2" not in certified["versions"]:
        raise Refused("Assessment Sync exists in OneRoster 1.2 only.")
    found = Partner.objects.filter(name__iexact=name).first()
    if found is not None:
        if {"versions": found.versions, "types": found.types} == certified:
            return found
        raise Refused(f"{found.name} is in the directory already, with other certifications.")
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


def find_partner(name: str) -> Partner:
    """Return the partner of that name, in any letter case, or refuse."""
    found = Partner.objects.filter(name__iexact=name.strip()).first()
    if found is None:
        raise Refused(f"There is no partner “{name}” in the directory.")
    return found


def require_certified(partner: Partner | None, version: str, types: Iterable[str]) -> None:
    """Refuse a version or type that this vendor can't have; None stands for a non-partner."""
    types = list(types)
    if partner is None:
        if types:
            raise Refused(
                f"A vendor outside the partner directory gets Roster Sync only, not {named(types)}."
            )
        return
    if version not in partner.versions:
        raise Refused(f"{partner.name} is not certified for OneRoster {version}.")
    missing = [name for name in types if name not in partner.types]
    if missing:
        raise Refused(f"{partner.name} is not certified for {named(missing)}.")


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
        raise Refused(f"There is no {what} “{name}”.")
    return [name for name in known if name in asked]
