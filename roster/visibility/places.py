"""Orgs and schools: a mark holds for all below; of the unmarked, the shared ones are seen."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import NamedTuple

from roster.models import Klass, Org
from roster.visibility.causes import (
    MARKED,
    ORG_NOT_SHARED,
    SCHOOL_NOT_SHARED,
    Cause,
    fallen,
    unpublishable,
)
from roster.visibility.ledger import Ledger


class OrgRow(NamedTuple):
    sourced_id: str
    type: str
    parent: str


class Places:
    """The first step of the walk."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.orgs = {
            row[0]: OrgRow._make(row) for row in ledger.live(Org).values_list(*OrgRow._fields)
        }
        named = ledger.live(Klass).order_by().values_list("school", flat=True).distinct()
        self.schools = {org.sourced_id for org in self.orgs.values() if org.type == "school"}
        self.schools |= set(named) & self.orgs.keys()
        self._walk()

    def kind(self, org: str) -> str:
        """Return the kind under which an org is marked and explained: school or org."""
        return "school" if org in self.schools else "org"

    def sees(self, org: str) -> bool:
        """Return whether the org's record is told; a school's people may still not be shared."""
        return org in self.above or self.shares(org)

    def shares(self, org: str) -> bool:
        """Return whether what stands on the org may be told."""
        return org in self.orgs and org not in self.ledger.fell[self.kind(org)]

    def is_of_type_school(self, org: str) -> bool:
        """Return whether an org is a school by its own word, not only by being named as one."""
        return self.orgs[org].type == "school"

    def ancestors(self, org: str) -> list[str]:
        """Return the orgs above that exist, nearest first; a loop ends where it closes."""
        found: list[str] = []
        here = self.orgs[org].parent
        while here in self.orgs and here != org and here not in found:
            found.append(here)
            here = self.orgs[here].parent
        return found

    @cached_property
    def children(self) -> dict[str, list[str]]:
        children: dict[str, list[str]] = defaultdict(list)
        for row in sorted(self.orgs.values()):
            children[row.parent].append(row.sourced_id)
        return dict(children)

    def _walk(self) -> None:
        fell, rules = self.ledger.fell, self.ledger.rules
        for org in self.orgs:
            cause = self._marked(org) or self._wordless(org)
            if cause is None and org in self.schools and not rules.schools.has(org):
                cause = SCHOOL_NOT_SHARED
            if cause:
                fell[self.kind(org)][org] = cause
        self.above: set[str] = set()
        """Schools told only because a shared one is below them; they share nothing else."""
        if rules.schools.is_all:
            return
        seen = {
            above
            for school in self.schools - fell["school"].keys()
            for above in self.ancestors(school)
        }
        self.above = {org for org in seen if fell["school"].get(org) == SCHOOL_NOT_SHARED}
        for org in self.orgs.keys() - self.schools - seen - fell["org"].keys():
            fell["org"][org] = ORG_NOT_SHARED

    def _marked(self, org: str) -> Cause | None:
        marks = self.ledger.marks["org"] | self.ledger.marks["school"]
        if org in marks:
            return MARKED
        for above in self.ancestors(org):
            if above in marks:
                return fallen(self.kind(above), above)
        return None

    def _wordless(self, org: str) -> Cause | None:
        """1.1 has no word for an extended type."""
        if self.ledger.version == "1.1" and self.orgs[org].type.startswith("ext:"):
            return unpublishable("type")
        return None
