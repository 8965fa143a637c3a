"""The field types that OneRoster data needs and Django lacks, and a constraint."""

from __future__ import annotations

from typing import Any

import orjson
from django.db import models


class BytewiseField(models.CharField):
    """Text compared byte by byte on every database.

    SQLite's default collation is bytewise already; PostgreSQL needs `C`, else the order
    of ids, and with it every page, would depend on the server's locale.
    """

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters


LONGEST_ID = 255


class SourcedIdField(BytewiseField):
    """A OneRoster sourcedId or a reference to one: under 256 characters, kept as it came."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", LONGEST_ID)
        super().__init__(*args, **kwargs)


class ReferenceField(SourcedIdField):
    """A reference by sourcedId. Blank means none.

    It is no foreign key: real bundles name records that do not exist, and such a row is
    kept with a finding and left out of the publication.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)


class JsonField(models.JSONField):
    """A JSON column read by orjson: refreshes decode two of them for every row they read."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        if value == "{}":
            return {}
        if value == "[]":
            return []
        return orjson.loads(value) if isinstance(value, (str, bytes)) else value


def one_of(field: str, known: list[str], name: str) -> models.CheckConstraint:
    """Return the constraint that a field has one of these values."""
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": known}), name=name)
