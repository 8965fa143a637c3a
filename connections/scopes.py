"""The one table of scopes: which of them a connection has, and what remains of what is asked."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from oauth2_provider.scopes import BaseScopes

from connections.models import Connection
from roster.api.scopes import MEANINGS, SCOPE_BASES, short

BOTH = ("1.1", "1.2")


@dataclass(frozen=True, slots=True)
class Scope:
    """One scope of OneRoster (1.2: OpenAPI files; 1.1: in practice, none is in its text).

    A connection has it if it is of one of the `versions` and, where these are given, has the
    connection type and shares what the scope opens.
    """

    name: str
    versions: tuple[str, ...] = BOTH
    type: str | None = None
    share: str | None = None

    @property
    def meaning(self) -> str:
        return MEANINGS[self.name]

    def uri(self, version: str) -> str:
        return f"{SCOPE_BASES[version]}{self.name}"

    def belongs_to(self, version: str, types: Collection[str], shares: Collection[str]) -> bool:
        return (
            version in self.versions
            and (self.type is None or self.type in types)
            and (self.share is None or self.share in shares)
        )


SCOPES = (
    Scope("roster-core.readonly"),
    Scope("roster.readonly"),
    Scope("roster-demographics.readonly", share="demographics"),
    Scope("resource-core.readonly", ("1.2",), share="resources"),
    Scope("resource.readonly", share="resources"),
    Scope("gradebook-core.readonly", ("1.2",), "grade_book"),
    Scope("gradebook.readonly", BOTH, "grade_book"),
    Scope("gradebook.createput", BOTH, "grade_book"),
    Scope("gradebook.createpost", ("1.2",), "grade_book"),
    Scope("gradebook.delete", BOTH, "grade_book"),
    Scope("assessment.readonly", ("1.2",), "assessment"),
    Scope("assessment.createput", ("1.2",), "assessment"),
    Scope("assessment.delete", ("1.2",), "assessment"),
)
"""Scopes that open what is served."""

STAND_INS = {
    "resource-core.readonly": "resource.readonly",
    "gradebook-core.readonly": "gradebook.readonly",
}
"""What 1.1 has for the scopes of 1.2 that it lacks."""

_ASKED = re.compile(r"(?:https?://purl\.imsglobal\.org/spec/or/v1p[12]/scope/)?(?P<name>[\w.-]+)/?")


def allowed(connection: Connection) -> list[str]:
    """Return the scopes that a connection has, as full URIs in the table's order."""
    return allowed_for(connection.oneroster, connection.types, connection.shares)


def allowed_for(version: str, types: Collection[str], shares: Collection[str]) -> list[str]:
    return [scope.uri(version) for scope in SCOPES if scope.belongs_to(version, types, shares)]


def narrow(asked: Iterable[str], allowed: list[str]) -> list[str]:
    """Return the part of `allowed` that is asked for; all of it where nothing is asked.

    Consumers ask with `http://`, with the scopes of the other version, and with a bare
    `roster.readonly`: they get the scope of that name which their connection has. What it
    doesn't have, and strange words, are left out; so nothing may remain.
    """
    asked = list(asked)
    if not asked:
        return list(allowed)
    names = {match["name"] for scope in asked if (match := _ASKED.fullmatch(scope))}
    has = {short(uri) for uri in allowed}
    names |= {STAND_INS[name] for name in names - has if name in STAND_INS}
    return [uri for uri in allowed if short(uri) in names]


def of_other_version(asked: Iterable[str], version: str) -> bool:
    """Return whether a scope is asked for by an address of another version than this."""
    others = [base.partition(":")[2] for known, base in SCOPE_BASES.items() if known != version]
    return any(scope.partition(":")[2].startswith(tuple(others)) for scope in asked)


class Scopes(BaseScopes):
    """The same table, as django-oauth-toolkit asks for it."""

    def get_all_scopes(self) -> dict[str, str]:
        return {scope.uri(version): scope.meaning for scope in SCOPES for version in scope.versions}

    def get_available_scopes(self, application: Any = None, *args: Any, **_: Any) -> list[str]:
        return allowed(application.connection) if application is not None else []

    def get_default_scopes(self, application: Any = None, *args: Any, **_: Any) -> list[str]:
        return self.get_available_scopes(application)
