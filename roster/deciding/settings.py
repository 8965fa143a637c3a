"""The settings of an organization that bear on who sees what, as a plain value."""

from __future__ import annotations

from typing import Any, NamedTuple

from roster.models import Organization


class Settings(NamedTuple):
    """What a decision takes from its organization, kept with what was decided."""

    username_stand_in: str
    early_access_days: int
    field_policy: tuple[str, ...]

    @classmethod
    def of(cls, organization: Organization) -> Settings:
        return cls(
            str(organization.username_stand_in),
            organization.early_access_days,
            tuple(sorted(organization.field_policy)),
        )

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Settings:
        return cls(
            value["username_stand_in"], value["early_access_days"], tuple(value["field_policy"])
        )

    def as_json(self) -> dict[str, Any]:
        return {**self._asdict(), "field_policy": list(self.field_policy)}
