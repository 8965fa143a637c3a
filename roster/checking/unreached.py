"""How many classes, enrollments and people reach no vendor, and for which reasons.

Asked of decisions in which everything is shared, so that what is missing is missing for every
vendor: by an exclusion, by dates, or by data that needs repair. Kept are counts; the records
behind a reason are found again when somebody asks.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from roster.database import bulk
from roster.deciding import Decision, Rules, Settings
from roster.deciding.given import once_shown
from roster.deciding.reasons import Reason, Reasons
from roster.deciding.rules import EVERYTHING
from roster.kinds import ROWS_OF
from roster.map import Map
from roster.marks import marks_of, resolve
from roster.models import Organization

COUNTED = ("classes", "enrollments", "users")
VERSIONS = ("1.1", "1.2")

Numbers = dict[str, dict[str, Any]]
"""By version, `{"records": counts, "hidden": counts, "because": [reason…]}`.

Counts are by collection, of those in `COUNTED`. A reason has `Reason`'s fields and counts.
"""


def everything_shared(organization: Organization, m: Map, version: str) -> Decision:
    """Decide what a vendor would see today that is shared all that any vendor can be."""
    rules = Rules.of(EVERYTHING, organization.field_policy)
    marks = resolve(marks_of(organization), m)
    settings = Settings.of(organization)
    return Decision(m, version, rules, settings, organization.today(), marks)


def numbers(organization: Organization, m: Map) -> Numbers:
    """Return what of a map reaches no vendor, in each version."""
    return {
        version: numbers_of(everything_shared(organization, m, version)) for version in VERSIONS
    }


@once_shown
def numbers_of(d: Any) -> dict[str, Any]:
    """Return what a decision hides: counts, and counts by reason, most frequent first."""
    reasons, by_reason = Reasons(d), dict[Reason, dict[str, int]]()
    records, hidden = {}, {}
    for name in COUNTED:
        visible = d.ok(ROWS_OF[name])[:-1]
        records[name], hidden[name] = len(visible), int((~visible).sum())
        codes = reasons.of(ROWS_OF[name])[:-1]
        for code in bulk.distinct(codes[codes > 0]).tolist():
            by_reason.setdefault(reasons.reason(code), {})[name] = int((codes == code).sum())
    because = [{**reason._asdict(), **counts} for reason, counts in by_reason.items()]
    because.sort(key=lambda each: [-each.get(name, 0) for name in COUNTED])
    return {"records": records, "hidden": hidden, "because": because}


def records_behind(d: Decision, reason: Reason) -> dict[str, list[str]]:
    """Return the ids of the records that a decision hides for a reason, by collection."""
    reasons = Reasons(d)
    return {name: _behind(d, reasons, ROWS_OF[name], reason) for name in COUNTED}


def _behind(d: Decision, reasons: Reasons, kind: str, reason: Reason) -> list[str]:
    codes = reasons.of(kind)[:-1]
    wanted = [code for code in np.unique(codes[codes > 0]).tolist()
              if reasons.reason(code) == reason]  # fmt: skip
    return [d.map.ids[kind][at] for at in np.flatnonzero(np.isin(codes, wanted)).tolist()]
