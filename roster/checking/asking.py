"""Asks prerequisites of an organization's data, and answers in plain values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from roster.checking.prerequisites import CHECKS, NEEDS, Check
from roster.checking.scope import At, Found, Scope
from roster.checking.unreached import numbers_of
from roster.deciding import Decision
from roster.deciding.given import once_shown
from roster.kinds import KINDS, ROWS_OF
from roster.listing import label
from roster.map import Map
from roster.models import Course, Organization
from roster.refusal import Refused

SHOWN = 20
"""Records of each check that are named, if no other number is asked for."""


def check_data(
    organization: Organization,
    decisions: dict[str, Decision],
    *,
    needs: Iterable[str] = (),
    shown: int = SHOWN,
) -> dict[str, Any]:
    """Return what each prerequisite finds, of the data or of what one reader is shared.

    `decisions` are those of the versions that it is for: in which everything is shared, where it is
    for every vendor. What was found is kept with them. With `needs`, only checks that bear on
    these.
    `{"checks": [{"code", "title", "count", "records": [{"collection", "id", "name"}], "means":
    {version: words}, "repair", "needs"}], "numbers", "meets"}`: `meets` says whether nothing
    was found. Refused for an unknown need.
    """
    wanted = set(needs)
    if unknown := sorted(wanted - NEEDS.keys()):
        raise Refused(f"“{unknown[0]}” is not a need. The needs are: {', '.join(NEEDS)}.")
    d = decisions.get("1.2") or next(iter(decisions.values()))
    rows = found(d)
    checks = [
        _answer(organization, d.map, check, rows[check.code], tuple(decisions), shown)
        for check in CHECKS
        if not wanted or wanted.intersection(check.needs)
    ]
    return {
        "checks": checks,
        "numbers": {version: numbers_of(each) for version, each in decisions.items()},
        "meets": not any(each["count"] for each in checks),
    }


@once_shown
def found(d: Any) -> dict[str, Found]:
    """Return what each check finds, by its code; asked as of 1.2."""
    if d.version != "1.2":
        d = Decision(d.map, "1.2", d.rules, d.settings, d.day, d.marks)
    scope = Scope(d)
    return {check.code: check.find(scope) for check in CHECKS}


def _answer(
    organization: Organization,
    m: Map,
    check: Check,
    found: Found,
    versions: tuple[str, ...],
    shown: int,
) -> dict[str, Any]:
    records: list[dict[str, str]] = []
    for collection, at in found.rows.items():
        records += _records(organization, m, collection, at[: shown - len(records)])
    return {
        "code": check.code,
        "title": _(check.title),
        "count": found.total,
        "records": records,
        "means": {version: _(check.means_in(version)) for version in versions},
        "repair": _(check.repair),
        "needs": list(check.needs),
    }


def _records(organization: Organization, m: Map, collection: str, at: At) -> list[dict[str, str]]:
    ids = [m.ids[ROWS_OF[collection]][row] for row in at.tolist()]
    kind = next(kind for kind in KINDS.values() if kind.collection == collection)
    model: Any = Course if kind.name == "course" else kind.model
    rows = model.objects.filter(organization=organization, sourced_id__in=ids)
    names = {row.sourced_id: label(row) for row in rows}
    return [{"collection": collection, "id": each, "name": names.get(each, "")} for each in ids]
