"""What a connection shares: its rules, read from the JSON of its feed."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from roster.deciding.settings import Settings
from roster.kinds import COLLECTIONS

UNLESS_SHARED = {
    "metadata": "metadata",
    "resources": "resources",
    "users.phone": "users.phone",
    "users.sms": "users.sms",
    "users.userIds": "users.userIds",
    "users.userMasterIdentifier": "users.userMasterIdentifier",
    "users.userProfiles": "users.userProfiles",
    "users.pronouns": "users.pronouns",
    "users.agents": "guardians",
}
"""Fields that a connection gets only where the share of this name is ticked."""

UNLESS_SHARED_COLLECTIONS = ("demographics", "resources")

SHARES = frozenset({*UNLESS_SHARED.values(), *UNLESS_SHARED_COLLECTIONS})
"""All that a connection gets only where it is ticked."""

EVERYTHING: dict[str, Any] = {
    "shares": sorted(SHARES),
    "types": sorted({name for each in COLLECTIONS.values() for name in each.types}),
}
"""The JSON of rules that share everything which any connection could have."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Some of something, or all of it, what comes later too."""

    chosen: frozenset[str] | None = None

    @classmethod
    def of(cls, value: str | list[str] | None) -> Choice:
        return cls(None if value is None or value == "all" else frozenset(value))

    @property
    def is_all(self) -> bool:
        return self.chosen is None

    def __and__(self, other: Choice) -> Choice:
        if self.chosen is None or other.chosen is None:
            return self if other.chosen is None else other
        return Choice(self.chosen & other.chosen)

    def has(self, value: str) -> bool:
        return self.chosen is None or value in self.chosen


CHOICES = ("schools", "grades", "roles", "courses", "subjects", "collections")
LESS = ("withheld", "kept_out")
"""Sets by which less is shared, the more is in them."""
SETS = ("shares", "types", *LESS)


@dataclass(frozen=True, slots=True)
class Rules:
    """The sharing of a connection. `withheld` holds the organization's field policy too.

    `brought` are fields that are shown though their share isn't ticked.
    """

    schools: Choice
    grades: Choice
    roles: Choice
    courses: Choice
    subjects: Choice
    collections: Choice
    shares: frozenset[str]
    withheld: frozenset[str]
    types: frozenset[str]
    kept_out: frozenset[str]
    inactive: bool
    unenrolled: bool
    brought: frozenset[str] = frozenset()

    @classmethod
    def of(cls, rules: dict[str, Any], field_policy: list[str]) -> Rules:
        """Return the rules of a feed's JSON; what it doesn't name is shared."""
        choices: dict[str, Any] = {name: Choice.of(rules.get(name)) for name in CHOICES}
        sets: dict[str, Any] = {name: frozenset(rules.get(name, ())) for name in SETS}
        sets["withheld"] |= frozenset(field_policy)
        return cls(
            **choices,
            **sets,
            inactive=rules.get("inactive", True),
            unenrolled=rules.get("unenrolled", True),
        )

    def shares_collection(self, name: str, types: tuple[str, ...]) -> bool:
        """Return whether a collection is shared; `types` are those of which one brings it."""
        if types and self.types.isdisjoint(types):
            return False
        if name in UNLESS_SHARED_COLLECTIONS and name not in self.shares:
            return False
        return self.collections.has(name)

    def hidden(self, collection: str) -> frozenset[str]:
        """Return the names of the fields of a collection that are not shown."""
        off = {name for name, share in UNLESS_SHARED.items() if share not in self.shares}
        off -= self.brought
        return frozenset(
            name.removeprefix(f"{collection}.")
            for name in off | self.withheld
            if "." not in name or name.startswith(f"{collection}.")
        )

    def who(self, version: str, settings: Settings) -> Who:
        """Return the part of these rules that decides who is seen.

        In 1.1 a withheld field may be all that could stand in for a username.
        """
        stand_in = {f"users.{settings.username_stand_in}"} if version == "1.1" else frozenset()
        every = {name: getattr(self, name) for name in FIELDS}
        return Who(
            **every
            | {
                "collections": Choice(),
                "shares": self.shares & {"guardians"},
                "withheld": self.withheld & stand_in,
                "types": frozenset(),
                "brought": frozenset(),
            }
        )

    def __and__(self, other: Rules) -> Rules:
        """Return what both share."""
        both = {name: getattr(self, name) & getattr(other, name) for name in FIELDS}
        either = {name: getattr(self, name) | getattr(other, name) for name in LESS}
        return Rules(**both | either)

    def with_fields_of(self, other: Rules) -> Rules:
        """Return these rules, with the fields too that the other rules show."""
        return replace(
            self,
            withheld=frozenset(
                f"{name}.{field}"
                for name in COLLECTIONS
                for field in self.hidden(name) & other.hidden(name)
            ),
            brought=frozenset(UNLESS_SHARED),
        )


FIELDS = tuple(field.name for field in fields(Rules))


class Who(Rules):
    """Rules as far as they decide who is seen. Of what is shown they say nothing."""

    def shares_collection(self, name: str, types: tuple[str, ...]) -> bool:
        raise NotImplementedError

    def hidden(self, collection: str) -> frozenset[str]:
        raise NotImplementedError
