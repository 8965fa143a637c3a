"""Which records have something in a field, so that hiding it changes their documents."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
from django.core.exceptions import FieldDoesNotExist

from roster.dialects.fields import FIELDS
from roster.kinds import KINDS, ROWS_OF
from roster.map import Map
from roster.map.arrays import Flags
from roster.models import Course

MODELS: dict[str, Any] = {kind.collection: kind.model for kind in KINDS.values() if kind.collection}
MODELS["courses"] = Course


ANSWERED = ("agents", "resources")
"""Fields that are empty for a reader of whom they are hidden, whatever the row has."""


def having(m: Map, version: str, collection: str, names: Iterable[str]) -> Flags:
    """Return which rows have something in one of these fields of a collection, as they are now.

    Of further fields that come from other rows it is taken that all have something in them.
    """
    found = np.zeros(len(m.ids[ROWS_OF[collection]]), np.bool_)
    known = {field.name for field in FIELDS[version][collection]}
    for name in known.intersection(names).difference(ANSWERED):
        found |= _having(m, collection, name)
    return found


def _having(m: Map, collection: str, name: str) -> Flags:
    rows = getattr(m, ROWS_OF[collection])
    if (collection, name) == ("users", "userProfiles"):
        flags = np.zeros(len(m.ids["person"]) + 1, np.bool_)
        flags[m.profile.person] = True
        return flags[:-1]
    model = MODELS[collection]
    try:
        column = model._meta.get_field(re.sub("[A-Z]", lambda c: f"_{c[0].lower()}", name))
    except FieldDoesNotExist:
        return np.ones(len(m.ids[ROWS_OF[collection]]), np.bool_)
    filled = model._default_manager.filter(organization=m.organization)
    filled = filled.exclude(**{f"{column.name}__isnull": True})
    filled = filled.exclude(**{column.name: column.get_default()})
    keys = np.fromiter(filled.values_list("pk", flat=True).iterator(2000), np.int64)
    return np.isin(rows.record[:-1], keys)
