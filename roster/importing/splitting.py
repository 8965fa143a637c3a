"""Splits `users.csv`: what stands in it about roles and agents becomes rows of their own.

1.1 has no roles file. Each org of `orgSourcedIds` gives one primary role with the id
`user~org`; these are created, changed and retired as if the bundle had a file of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any

from django.db import connection

from roster.database import bulk
from roster.hierarchy.roles import GUARDIANS
from roster.importing.columns import Column
from roster.importing.engine import prepared, quote
from roster.importing.files import FILES
from roster.importing.known import KnownRows
from roster.importing.record import Record
from roster.importing.staging import Known, Reference, Stage, plan_of
from roster.importing.store import Counts, Store
from roster.models import Agent, Organization, Role, Status, User
from roster.models.fields import LONGEST_ID

FILE = FILES["users"]
ROLE_FIELDS = ("user", "org", "role", "role_type", "begin_date", "end_date", "user_profile")


class People:
    """The stages of one users file: users, agents, and the roles that stand in it."""

    def __init__(
        self, columns: Sequence[Column], new: Callable[..., Stage], keep: Callable[[Stage], Stage]
    ):
        derived = {column.field: place for place, column in enumerate(columns) if column.derived}
        self._own = len(columns) - len(derived)
        self._agents_at = derived["agents"]
        self._role_at, self._orgs_at = derived.get("role", -1), derived.get("orgs", -1)
        self.stage = new(*plan_of(FILE, columns))
        self.agents = keep(
            Stage(
                "agents",
                FILE,
                Role,
                ["agent"],
                [Reference("agent", "agentSourcedIds", "users")],
                foreign={"agent": quote("user")},
            )
        )
        self.roles: Stage | None = None
        if "role" in derived:
            orgs = [Reference("org", "orgSourcedIds", "orgs")]
            self.roles = new("derived_roles", FILE, Role, ROLE_FIELDS, orgs)

    def add(self, *records: Record) -> None:
        self.stage.add(*(record.but(record.values[: self._own]) for record in records))
        for record in records:
            if record.sound:
                self._add_derived(record, record.values)

    def _add_derived(self, record: Record, derived: Sequence[Any]) -> None:
        for agent in json.loads(derived[self._agents_at]):
            self.agents.add(record.but([agent]))
        if self.roles is not None and derived[self._role_at]:
            role = derived[self._role_at]
            # A guardian is where the children are, so that nothing is missing without an org.
            orgs = json.loads(derived[self._orgs_at]) or ([""] if role in GUARDIANS else [])
            for org in orgs:
                self.roles.add(derived_role(record, org, role))

    def take_derived(self, organization: Organization, users: KnownRows, since: datetime) -> bool:
        """Take the agents and roles of users whose lines weren't read (`remembering.py`)."""
        table, pk = quote(User._meta.db_table), organization.pk
        named = f"u.organization_id = l.organization_id AND u.sourced_id = l.{quote('user')}"
        self.agents.known = Known(
            users,
            "SELECT u.id, 0, u.sourced_id, u.status, l.agent"  # noqa: S608
            f" FROM {quote(Agent._meta.db_table)} AS l JOIN {table} AS u ON {named}"
            f" WHERE l.organization_id = {pk}",
        )
        if self.roles is None:
            return True
        records, owners, live, changed = bulk.numbers(
            f"SELECT l.id, u.id, CASE WHEN l.status = %s THEN 1 ELSE 0 END,"  # noqa: S608
            " CASE WHEN l.digest = '' OR l.last_modified > %s THEN 1 ELSE 0 END"
            f" FROM {quote(Role._meta.db_table)} AS l JOIN {table} AS u ON {named}"
            " WHERE l.organization_id = %s",
            [Status.ACTIVE.value, prepared(Role, since), pk],
            4,
        )
        rows = users.row_of(owners)
        if changed[rows > 0].any():
            return False
        there = (rows > 0) & (live > 0)
        self.roles.take(organization, KnownRows.of(records[there], rows[there]))
        return True

    def finish(self) -> None:
        self.stage.finish("sourced_id" if self.roles else "")
        self.agents.finish("sourced_id")
        if self.roles is not None:
            self.roles.finish()

    def merge(self, store: Store, *, delta: bool) -> dict[str, Counts]:
        """Store users, agents and roles; return the counts of users, and of derived roles."""
        if not store.first:
            complete_accounts(self.stage, store)
        counts = {FILE.filename: store.merge(self.stage, retire=not delta)}
        replace_agents(self.stage, self.agents, store)
        if self.roles is not None:
            # What a row that couldn't be read said about roles is unknown, so they stay.
            unless = (
                f" AND NOT EXISTS (SELECT 1 FROM {quote(self.stage.table)} AS u"  # noqa: S608
                f" WHERE u.sourced_id = l.{quote('user')} AND u.sound = 0)"
            )
            if delta:  # It says nothing about the roles of users whom it doesn't name.
                unless += (
                    f" AND EXISTS (SELECT 1 FROM {quote(self.stage.table)} AS u"  # noqa: S608
                    f" WHERE u.sourced_id = l.{quote('user')})"
                )
            roles = store.merge(self.roles, unless)
            roles.read = roles.created + roles.updated + roles.unchanged
            counts["users.csv: roles"] = roles
        return counts


def complete_accounts(users: Stage, store: Store) -> None:
    """Let accounts of which a file doesn't say whether they are enabled stay as they are."""
    staged, live = quote(users.table), quote(User._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {staged} SET enabled = COALESCE((SELECT l.enabled FROM {live} AS l"  # noqa: S608
            f" WHERE l.organization_id = %s AND l.sourced_id = {staged}.sourced_id), TRUE)"
            " WHERE enabled IS NULL",
            [store.organization.pk],
        )


def derived_role(record: Record, org: str, role: str) -> Record:
    """Return the staged row of one role of a 1.1 user."""
    sourced_id = f"{record.sourced_id}~{org}"
    if len(sourced_id) > LONGEST_ID or sourced_id.count("~") > 1:
        # Too long, or not to be told from another pair: `a~b` at `c`, `a` at `b~c`.
        pair = f"{record.sourced_id}\n{org}".encode()
        sourced_id = f"role~{blake2b(pair, digest_size=16).hexdigest()}"
    digest = blake2b(f"{sourced_id}\n{role}".encode(), digest_size=16).hexdigest()
    values = [record.sourced_id, org, role, "primary", None, None, ""]
    return record.but(values, sourced_id=sourced_id, metadata="{}", digest=digest)


def replace_agents(users: Stage, agents: Stage, store: Store) -> None:
    """Bring the agents of the users in a file in step with it."""
    table, pk = quote(Agent._meta.db_table), store.organization.pk
    with connection.cursor() as cursor:
        if not store.first:
            cursor.execute(
                f"DELETE FROM {table} WHERE organization_id = %s"  # noqa: S608
                f" AND {quote('user')} IN (SELECT u.sourced_id FROM {quote(users.table)} AS u"
                " WHERE u.sound = 1)"
                f" AND NOT EXISTS (SELECT 1 FROM {quote(agents.table)} AS s"
                f" WHERE s.sourced_id = {table}.{quote('user')} AND s.agent = {table}.agent)",
                [pk],
            )
        cursor.execute(
            f"INSERT INTO {table} (organization_id, {quote('user')}, agent)"  # noqa: S608
            f" SELECT %s, s.sourced_id, s.agent FROM {quote(agents.table)} AS s WHERE NOT EXISTS"
            f" (SELECT 1 FROM {table} AS l WHERE l.organization_id = %s"
            f" AND l.{quote('user')} = s.sourced_id AND l.agent = s.agent)",
            [pk, pk],
        )
