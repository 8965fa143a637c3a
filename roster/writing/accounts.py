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


class Held(NamedTuple):
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
                held = [each for each in roles.get(line.sourced_id, ()) if self._is_current(each)]
                values |= self._in_one_word(held, line.sourced_id in teachers, primary)
            yield line._replace(values=values)

    def roles(self, batch: list[Line]) -> dict[str, list[Held]]:
        """Return the roles at orgs that there are by user, in 1.2's words and in their order."""
        found: dict[str, list[Held]] = defaultdict(list)
        for held in map(Held._make, self._between(batch, RoleRow, *FIELDS)):
            if place := self.places.get(held.org):
                role = name_of(Role(place, held.role))
                found[held.user].append(held._replace(role=role))
        return {user: sorted(held, key=Held.order) for user, held in found.items()}

    def lines(self, batch: list[Line]) -> Iterator[Line]:
        """Yield the rows of roles of a batch of users; one at each org is primary (5.3)."""
        roles = self.roles(batch)
        for user in batch:
            ids: set[str] = set()
            primary: set[str] = set()
            for held in roles.get(user.sourced_id, ()):
                secondary = held.role_type != "primary" or held.org in primary
                if not secondary:
                    primary.add(held.org)
                values = {
                    "userSourcedId": held.user,
                    "roleType": "secondary" if secondary else "primary",
                    "role": held.role,
                    "beginDate": held.begin_date,
                    "endDate": held.end_date,
                    "orgSourcedId": held.org,
                    "userProfileSourcedId": held.user_profile,
                }
                sourced_id = held.sourced_id
                if held.is_derived or sourced_id in ids:
                    sourced_id = role_id(held.user, held.org, held.role, ids)
                ids.add(sourced_id)
                yield Line(sourced_id, values, held.metadata)

    def _in_one_word(self, held: list[Held], teaches: bool, primary: str) -> dict[str, Any]:
        """Return role and orgs of a 1.1 user; what a 1.1 bundle said is said again."""
        said = {V11_ROLES.get(each.role) for each in held}
        roles = [
            Role(self.places[each.org], each.role, each.role_type != "primary") for each in held
        ]
        if len(said) == 1 and None not in said and all(each.is_derived for each in held):
            role = said.pop()
        else:
            try:
                role = word(roles, teaches, primary)
            except Unpublishable:
                role = ""
        return {"role": role, "orgSourcedIds": sorted({p.sourced_id for p in orgs(roles)})}

    def _is_current(self, held: Held) -> bool:
        """Return whether a role is shared today: 1.1 has no word for when it ends."""
        begun = held.begin_date is None or held.begin_date <= self.early
        return begun and (held.end_date is None or held.end_date > self.today)

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
