"""Users and roles as bundles of each version have them, from an organization's rows.

1.1 says of a user one role and some orgs, without dates; 1.2 has a row for each role (product:
What is visible, 7 and 8).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import Q

from roster.dialects.composing import Unpublishable
from roster.dialects.references import Place
from roster.dialects.roles import V11_ROLES, Role, name_of, orgs, word
from roster.models import Agent, Enrollment, Klass, Org, Organization, Status
from roster.models import Role as RoleRow
from roster.writing.lines import Line, made_id

FIELDS = (
    "sourced_id",
    "user",
    "org",
    "role",
    "role_type",
    "begin_date",
    "end_date",
    "user_profile",
    "metadata",
)


class Assigned(NamedTuple):
    """A role that a person holds: the columns of its row."""

    sourced_id: str
    user: str
    org: str
    role: str
    role_type: str
    begin_date: date | None
    end_date: date | None
    user_profile: str
    metadata: Mapping[str, Any]

    @property
    def is_derived(self) -> bool:
        """Whether its id was made of a 1.1 user's, and was never in a bundle."""
        return self.sourced_id == f"{self.user}~{self.org}" or self.sourced_id.startswith("role~")

    def order(self) -> tuple[Any, ...]:
        days = (str(self.begin_date or ""), str(self.end_date or ""))
        return self.org, self.role, *days, self.user_profile, self.role_type, self.sourced_id


class People:
    """Reads the roles and agents of an organization's users, batch by batch."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        self.today = organization.today()
        self.early = self.today + timedelta(days=organization.early_access_days)
        self.named = set(
            Klass.objects.filter(organization=organization, status=Status.ACTIVE)
            .values_list("school", flat=True)
            .distinct()
        )
        rows = Org.objects.filter(organization=organization, status=Status.ACTIVE)
        self.places = {
            name: Place(name, kind == "school" or name in self.named, kind == "school")
            for name, kind in rows.values_list("sourced_id", "type")
        }

    def complete(self, batch: list[Line], version: str) -> Iterator[Line]:
        """Yield lines of users with their agents, and in 1.1 with role and orgs."""
        agents = self._of(batch, Agent, "agent")
        roles = self.roles(batch) if version == "1.1" else {}
        teachers = self._teachers(batch) if version == "1.1" else set()
        for line in batch:
            values = {**line.values, "agentSourcedIds": sorted(agents.get(line.sourced_id, ()))}
            if version == "1.1":
                primary = values.pop("primaryOrgSourcedId")
                current = [
                    each for each in roles.get(line.sourced_id, ()) if self._is_current(each)
                ]
                values |= self._in_one_word(current, line.sourced_id in teachers, primary)
            yield line._replace(values=values)

    def roles(self, batch: list[Line]) -> dict[str, list[Assigned]]:
        """Return the roles at orgs that there are by user, in 1.2's words and in their order."""
        found: dict[str, list[Assigned]] = defaultdict(list)
        for assigned in map(Assigned._make, self._between(batch, RoleRow, *FIELDS)):
            if place := self.places.get(assigned.org):
                role = name_of(Role(place, assigned.role))
                found[assigned.user].append(assigned._replace(role=role))
        return {user: sorted(several, key=Assigned.order) for user, several in found.items()}

    def lines(self, batch: list[Line]) -> Iterator[Line]:
        """Yield the rows of roles of a batch of users; one at each org is primary (5.3)."""
        roles = self.roles(batch)
        for user in batch:
            ids: set[str] = set()
            primary: set[str] = set()
            for assigned in roles.get(user.sourced_id, ()):
                secondary = assigned.role_type != "primary" or assigned.org in primary
                if not secondary:
                    primary.add(assigned.org)
                values = {
                    "userSourcedId": assigned.user,
                    "roleType": "secondary" if secondary else "primary",
                    "role": assigned.role,
                    "beginDate": assigned.begin_date,
                    "endDate": assigned.end_date,
                    "orgSourcedId": assigned.org,
                    "userProfileSourcedId": assigned.user_profile,
                }
                sourced_id = assigned.sourced_id
                if assigned.is_derived or sourced_id in ids:
                    sourced_id = role_id(assigned.user, assigned.org, assigned.role, ids)
                ids.add(sourced_id)
                yield Line(sourced_id, values, assigned.metadata)

    def _in_one_word(self, current: list[Assigned], teaches: bool, primary: str) -> dict[str, Any]:
        """Return role and orgs of a 1.1 user; what a 1.1 bundle said is said again."""
        said = {V11_ROLES.get(each.role) for each in current}
        roles = [
            Role(self.places[each.org], each.role, each.role_type != "primary") for each in current
        ]
        if len(said) == 1 and None not in said and all(each.is_derived for each in current):
            role = said.pop()
        else:
            try:
                role = word(roles, teaches, primary)
            except Unpublishable:
                role = ""
        return {"role": role, "orgSourcedIds": sorted({p.sourced_id for p in orgs(roles)})}

    def _is_current(self, assigned: Assigned) -> bool:
        """Return whether a role is shared today: 1.1 has no word for when it ends."""
        begun = assigned.begin_date is None or assigned.begin_date <= self.early
        return begun and (assigned.end_date is None or assigned.end_date > self.today)

    def _teachers(self, batch: list[Line]) -> set[str]:
        open_end = Q(end_date=None) | Q(end_date__gt=self.today)
        rows = self._between(batch, Enrollment, "user", role="teacher")
        return {user for (user,) in rows.filter(open_end)}

    def _of(self, batch: list[Line], model: Any, field: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for user, value in self._between(batch, model, "user", field):
            found[user].append(value)
        return found

    def _between(self, batch: list[Line], model: Any, *fields: str, **chosen: str) -> Any:
        """Return columns of the live rows that name a user of the batch."""
        if model is not Agent:
            chosen["status"] = Status.ACTIVE
        rows = model.objects.filter(
            organization=self.organization,
            user__gte=batch[0].sourced_id,
            user__lte=batch[-1].sourced_id,
            **chosen,
        )
        return rows.values_list(*fields)


def role_id(user: str, org: str, role: str, taken: Iterable[str]) -> str:
    """Return the id of a role that has none of its own, and that none of the others has."""
    made = made_id("role", user, org, role)
    again = 1
    while made in taken:
        again += 1
        made = made_id("role", user, org, role, str(again))
    return made
