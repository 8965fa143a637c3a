"""The first required field that a row can't fill, by version (specification 2.2 to 2.5)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from roster.map.arrays import Positions, padded
from roster.map.tables import Table

V11, V12 = "1.1", "1.2"

FIELDS = (
    "name",
    "type",
    "title",
    "givenName",
    "familyName",
    "vendorResourceId",
    "scoreScaleValue",
    "resultValueMin",
    "resultValueMax",
    "score",
    "scoreStatus",
)
"""The fields that can lack; a code is one more than the position here."""

NAMES: dict[str, tuple[str, ...]] = {
    "org": ("name", "type"),
    "session": ("title", "type"),
    "course_row": ("title",),
    "section": ("title",),
    "person": ("givenName", "familyName"),
    "resource": ("vendorResourceId",),
    "grading_task": ("title",),
    "score_scale": ("title", "type"),
    "line_item": ("title",),
    "result": ("scoreStatus",),
    "assessment_line_item": ("title",),
    "assessment_result": ("scoreStatus",),
}
"""The fields behind a table's column `lacking`, in its order."""

NUMBERS: dict[str, tuple[tuple[str, str, tuple[str, ...]], ...]] = {
    "score_scale": (("valued", "scoreScaleValue", (V12,)),),
    "line_item": (("least", "resultValueMin", (V11,)), ("most", "resultValueMax", (V11,))),
    "result": (("scored", "score", (V11,)),),
}
"""Columns that say whether a field is filled, with the versions that require it."""


def lacks_of(table: Table, kind: str, order: Positions | None) -> dict[str, NDArray[np.uint8]]:
    """Return by version, for rows in an order or all, 0 or the code of the first field lacking."""
    both = np.zeros(table.size, np.uint8)
    if kind in NAMES:
        codes = np.array([0, *(FIELDS.index(name) + 1 for name in NAMES[kind])], np.uint8)
        both = codes[table.values["lacking"]]
    chosen = slice(None) if order is None else order
    return {
        version: padded(_of(version, kind, both, table.values)[chosen], 0) for version in (V11, V12)
    }


def _of(
    version: str, kind: str, both: NDArray[np.uint8], values: Mapping[str, NDArray[np.generic]]
) -> NDArray[np.uint8]:
    found = both.copy()
    for column, name, versions in NUMBERS.get(kind, ()):
        if version in versions:
            found[(found == 0) & ~values[column].astype(bool)] = FIELDS.index(name) + 1
    return found
