"""Setting marks that an import carries over, with an audit entry for each kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from roster.audit import record as audit
from roster.clock import clock
from roster.marks import MarkRow, about_of
from roster.models import Mark, Organization

BATCH = 500

Key = tuple[str, str]
"""Kind and id of a row."""


def set_marks(organization: Organization, carried: Mapping[Key, Mark], why: str) -> None:
    """Mark these rows as the marks say from which they are carried over; once is enough."""
    now = clock()
    for kind in dict.fromkeys(kind for kind, _ in carried):
        ids = _of(kind, carried)
        about = about_of(organization, kind, ids)
        marks = (
            Mark(
                organization=organization,
                kind=kind,
                sourced_id=sourced_id,
                source=Mark.Source.CARRIED,
                reason=_reason(carried[kind, sourced_id]),
                by_id=carried[kind, sourced_id].by_id,
                by_name=carried[kind, sourced_id].by_name,
                at=now,
                about=about.get(sourced_id, {}),
            )
            for sourced_id in ids
        )
        Mark.objects.bulk_create(marks, batch_size=BATCH, ignore_conflicts=True)
        audit(
            "import",
            "record.carried_over",
            organization,
            kind=kind,
            object_id=ids[0] if len(ids) == 1 else f"{len(ids)} records",
            new=ids,
            reason=why,
        )


def carried(keys: Iterable[Key]) -> list[MarkRow]:
    """Return carried marks on these rows; none is stored."""
    return [MarkRow(*key, Mark.Source.CARRIED.value, {}) for key in keys]


def _of(kind: str, carried: Iterable[Key]) -> list[str]:
    return sorted(sourced_id for of_kind, sourced_id in carried if of_kind == kind)


def _reason(mark: Mark) -> str:
    """Return where a mark comes from and why it was set; carried twice, it names the last place."""
    first = mark.reason
    if mark.source == Mark.Source.CARRIED:
        first = first.partition(": ")[2]
    return f"Carried over from {mark.sourced_id}: {first}"
