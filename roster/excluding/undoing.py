"""Taking back an act of exclusion: the marks that it set, as far as they still stand."""

from __future__ import annotations

from roster.audit import Actor
from roster.database.parts import named
from roster.excluding.marking import Marked, include
from roster.models import AuditEntry, Mark
from roster.refusal import Refused

EXCLUDED = "record.excluded"


def still_marked(entry: AuditEntry) -> list[str]:
    """Return the ids that an act excluded and that its own marks exclude still.

    A mark that was cleared and set again since is another one, with its own reason.
    """
    if entry.action != EXCLUDED or entry.organization_id is None:
        return []
    marks = Mark.objects.filter(
        organization=entry.organization_id,
        kind=entry.kind,
        source=Mark.Source.PERSON,
        at__lte=entry.at,
    )
    return sorted(named(marks, "sourced_id", excluded_by(entry), "sourced_id"))


def excluded_by(entry: AuditEntry) -> list[str]:
    """Return the ids that an act excluded, with or without reasons of their own."""
    return list(entry.new or ())


def undo(entry: AuditEntry, *, reason: str = "", by: Actor) -> Marked:
    """Clear the marks that an act set; vendors read the rows after the next refresh.

    Refused for any other act, and where none of its marks is left.
    """
    if entry.action != EXCLUDED or entry.organization is None:
        raise Refused("Only an exclusion can be undone here.")
    ids = still_marked(entry)
    if not ids:
        raise Refused("None of the marks that this act set is left.")
    return include(entry.organization, entry.kind, ids, reason=reason, by=by)
