"""Why records aren't visible, for all rows of a step at once: the cause at the end of each chain.

`why.py` follows one record with everything that a person may want to know of it. Here each row
gets one number, so that hundreds of thousands can be counted by their reasons: of the conditions
that it fails the first, and where that leads on to other rows, the nearest of theirs to a
decision of the district's.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from roster.deciding.conditions import Condition
from roster.deciding.given import Given
from roster.deciding.table import KIND_OF, TABLE, conditions
from roster.deciding.why import NEAREST
from roster.map.arrays import Flags, Positions

Codes = NDArray[np.int64]
"""For each row of a step the number of its reason, 0 where it is visible."""

PASSES = 6
"""Steps lead to each other in circles (a person to places, these to classes of the person's)."""

UNKNOWN = np.iinfo(np.int64).max


class Reason(NamedTuple):
    """What is wrong where a chain of reasons ends: the kind of the row there, and its cause.

    `code` and `about` are `Condition`'s.
    """

    kind: str
    code: str
    about: str = ""


class Failing(NamedTuple):
    """A condition, the rows that fail it, and the rows of which steps each of them leads to.

    Few rows are hidden of many, so what is settled again and again goes by their positions.
    """

    condition: Condition
    rows: Positions
    leads: list[tuple[str, Positions, Positions]]
    leading: Flags


class Reasons:
    """The reasons of one decision: `of(step)` numbers them, `reason(number)` says them."""

    def __init__(self, d: Given) -> None:
        self.d = d
        self._numbers: dict[Reason, int] = {}
        self._failing: dict[str, list[Failing]] = {}
        for step in TABLE:
            if not d.ok(step)[:-1].all():
                self._fail(step)
        self._codes = {step: np.zeros(len(d.ok(step)), np.int64) for step in self._failing}
        for _ in range(PASSES):
            settled = [self._is_settled(step) for step in self._failing]
            if all(settled):
                break

    def of(self, step: str) -> Codes:
        """Return the number of each row's reason."""
        found = self._codes.get(step)
        return np.zeros(len(self.d.ok(step)), np.int64) if found is None else found

    def reason(self, number: int) -> Reason:
        return next(each for each, known in self._numbers.items() if known == number)

    def _fail(self, step: str) -> list[Failing]:
        """Return the conditions that hidden rows of a step fail."""
        if step in self._failing:
            return self._failing[step]
        hidden = ~self.d.ok(step)
        hidden[-1] = False
        found: list[Failing] = []
        for each in conditions(step):
            if isinstance(each, str):
                found += self._fail(each)
            elif (failed := hidden & ~each.met(self.d)).any():
                leads, leading = [], np.zeros(len(failed), bool)
                for lead in each.leads(self.d) if each.leads else ():
                    rows, at = lead.pairs()
                    kept = failed[rows] & (at >= 0)
                    leads.append((lead.step, rows[kept], at[kept]))
                    leading[rows[kept]] = True
                rows = np.flatnonzero(failed).astype(np.int32)
                found.append(Failing(each, rows, leads, leading))
        self._failing[step] = found
        return found

    def _is_settled(self, step: str) -> bool:
        """Settle a step's reasons once more; return whether they stay what they were."""
        before, self._codes[step] = self._codes[step], self._settle(step)
        return np.array_equal(before, self._codes[step])

    def _settle(self, step: str) -> Codes:
        """Return a step's reasons, from what is known of those that it leads to."""
        found = np.zeros(len(self.d.ok(step)), np.int64)
        fallback = found.copy()
        for each in self._failing[step]:
            open_ = each.rows[found[each.rows] == 0]
            if each.condition.leads is None:
                found[open_] = self._own(step, each.condition, open_)
                continue
            nearest, own = self._inherited(each)[open_], self._number(step, each.condition)
            known = nearest != UNKNOWN
            found[open_[known]] = nearest[known]
            found[open_[~each.leading[open_]]] = own
            fallback[open_[fallback[open_] == 0]] = own
        left = np.flatnonzero(fallback)
        found[left] = np.where(found[left] == 0, fallback[left], found[left])
        return found

    def _own(self, step: str, condition: Condition, failed: Positions) -> Codes:
        """Return the numbers of a cause that is the rows' own."""
        about = condition.about
        if isinstance(about, str):
            return np.full(failed.size, self._number(step, condition, about), np.int64)
        words = [about(self.d, row) for row in failed.tolist()]
        return np.array([self._number(step, condition, word) for word in words], np.int64)

    def _inherited(self, failing: Failing) -> Codes:
        """Return for each row the nearest reason of those that a condition leads to."""
        found = np.full(len(failing.leading), UNKNOWN, np.int64)
        for step, rows, at in failing.leads:
            if step in self._codes:
                codes = self._codes[step][at]
                np.minimum.at(found, rows[codes > 0], codes[codes > 0])
        return found

    def _number(self, step: str, condition: Condition, about: str = "") -> int:
        """Return the number of a reason; those nearer to a decision have lower ones."""
        reason = Reason(KIND_OF.get(step, step), condition.code, about)
        if reason not in self._numbers:
            nearness = (*NEAREST, condition.code).index(condition.code) + 1
            self._numbers[reason] = nearness << 32 | len(self._numbers)
        return self._numbers[reason]
