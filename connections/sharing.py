"""What one connection may see: what is asked of its sharing, and the rules that come of it.

A new connection shares only what product and law take for granted; the rest is ticked
(`choosing.py` checks each choice).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypedDict

from connections.choosing import (
    ALL,
    HIDEABLE,
    ROLES,
    has,
    known_courses,
    known_grades,
    known_hidden,
    known_kept_out,
    known_roles,
    known_schools,
    known_shares,
    known_subjects,
    without_students,
)
from connections.models import SHARES, Connection
from roster.deciding.rules import UNLESS_SHARED_COLLECTIONS
from roster.dialects.withholding import WITHHOLDABLE, email_elsewhere, known_withheld
from roster.kinds import COLLECTIONS
from roster.refusal import Refused

__all__ = ["ALL", "HIDEABLE", "ROLES", "SHARES", "WITHHOLDABLE", "known_schools", "known_withheld"]

CHOICES: dict[str, Callable[..., list[str]]] = {
    "grades": known_grades,
    "roles": lambda organization, asked, already: known_roles(asked),
    "courses": known_courses,
    "subjects": known_subjects,
}
"""What is shared whole or as some of it, with its check; None in its column is all of it."""


class Asked(TypedDict, total=False):
    """What is asked of a sharing: whole values. What isn't named stays; None is all of it."""

    all_schools: bool
    schools: Collection[str]
    grades: Collection[str] | None
    roles: Collection[str] | None
    courses: Collection[str] | None
    subjects: Collection[str] | None
    shares: Collection[str]
    withheld: Collection[str]
    hidden: Collection[str]
    kept_out: Mapping[str, str]
    inactive: bool
    unenrolled: bool


def decide(connection: Connection, asked: Asked) -> dict[str, Any]:
    """Return the columns of a connection that bear what is asked, or refuse it in words.

    Its version, types and present sharing are taken from `connection`, which isn't changed.
    """
    columns: dict[str, Any] = {}
    if "all_schools" in asked or "schools" in asked:
        columns |= _schools(connection, asked)
    for name, known in CHOICES.items():
        if name in asked:
            columns[name] = _choice(connection, name, asked[name], known)  # type: ignore[literal-required]
    if "shares" in asked or "hidden" in asked:
        columns |= _collections(connection, asked)
    if "withheld" in asked:
        columns["withheld"] = known_withheld(asked["withheld"], connection.oneroster)
    if "kept_out" in asked:
        columns["kept_out"] = known_kept_out(
            connection.organization, asked["kept_out"], connection.kept_out
        )
    for flag in ("inactive", "unenrolled"):
        if flag in asked:
            columns[flag] = asked[flag]  # type: ignore[literal-required]
    return columns


def give(connection: Connection, asked: Asked) -> list[str]:
    """Set the columns that bear what is asked, unsaved; return their names."""
    columns = decide(connection, asked)
    for column, value in columns.items():
        setattr(connection, column, value)
    return list(columns)


def rules(connection: Connection) -> dict[str, Any]:
    """Return what shapes the documents that the connection reads: the rules of its feed.

    `schools` ("all" or sourcedIds), `shares`, `withheld` and `types` are always there; the
    other keys of `roster.deciding.Rules` only where they narrow something. Lists are sorted.
    A field that is both ticked and withheld is neither: it isn't shared.
    """
    withheld = set(connection.withheld)
    found: dict[str, Any] = {
        "schools": ALL if connection.all_schools else sorted(connection.schools),
        "shares": sorted(set(connection.shares) - withheld),
        "withheld": sorted(withheld - set(SHARES)),
        "types": sorted(connection.types),
    }
    for name in CHOICES:
        chosen = getattr(connection, name)
        if chosen is not None:
            found[name] = sorted(chosen)
    hidden = {name for name in connection.hidden if has(connection, name)}
    if hidden:
        found["collections"] = sorted(COLLECTIONS.keys() - hidden)
    if connection.kept_out:
        found["kept_out"] = sorted(connection.kept_out)
    for flag in ("inactive", "unenrolled"):
        if not getattr(connection, flag):
            found[flag] = False
    return found


def described(connection: Connection) -> dict[str, Any]:
    """Return a connection's sharing as commands print it and the audit log keeps it."""
    return {
        "schools": ALL if connection.all_schools else connection.schools,
        **{
            name: ALL if (chosen := getattr(connection, name)) is None else chosen
            for name in CHOICES
        },
        "shares": connection.shares,
        "withheld": connection.withheld,
        "hidden": connection.hidden,
        "kept_out": connection.kept_out,
        "inactive": connection.inactive,
        "unenrolled": connection.unenrolled,
    }


def warnings(connection: Connection) -> list[str]:
    """Return what an admin may not expect of this sharing, in sentences."""
    organization = connection.organization
    withheld = {*connection.withheld, *organization.field_policy}
    elsewhere = email_elsewhere(organization, withheld) if "users.email" in withheld else []
    return [*without_students(connection), *elsewhere]


def _schools(connection: Connection, asked: Asked) -> dict[str, Any]:
    chosen = known_schools(connection.organization, asked.get("schools", ()), connection.schools)
    everywhere = asked.get("all_schools", False)
    if bool(chosen) == everywhere:
        raise Refused("Share all schools, or name those to share.")
    return {"all_schools": everywhere, "schools": chosen}


def _choice(
    connection: Connection,
    name: str,
    asked: Collection[str] | None,
    known: Callable[..., list[str]],
) -> list[str] | None:
    if asked is None:
        return None
    if not asked:
        raise Refused("Share all %(name)s, or name those to share.", name=name)
    return known(connection.organization, asked, getattr(connection, name) or ())


def _collections(connection: Connection, asked: Asked) -> dict[str, Any]:
    """Demographics and resources are shared by a tick; to hide them is to take it back."""
    shares = known_shares(asked.get("shares", connection.shares))
    hidden = known_hidden(asked.get("hidden", connection.hidden), connection)
    ticked = set(UNLESS_SHARED_COLLECTIONS)
    return {
        "shares": [name for name in shares if name not in ticked.intersection(hidden)],
        "hidden": [name for name in hidden if name not in ticked],
    }
