"""“Why is Ann not there?”: the chain of reasons for one record and one feed.

Deciding knows the conditions that fail; here they get names, marks, dates and words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from roster.clock import moment_of, stamp
from roster.deciding import Cause, Decision, Step
from roster.explaining.decided import decided
from roster.explaining.published import entries
from roster.explaining.wording import details, reason
from roster.kinds import KINDS, Kind
from roster.listing import label, rows_of
from roster.models import Course, Feed, Level, Mark, Organization, Status
from roster.refusal import Refused

Node = tuple[str, str]


def explain(feed: Feed, kind_name: str, sourced_id: str) -> dict[str, Any]:
    """Return whether a refresh now would publish a record for a feed, and if not, why.

    `{"kind", "id", "name", "oneroster", "visible", "chain": [step…], "also": [cause…],
    "branches": [[step…]…], "published"}`. A cause is `{"code", "reason", …}` with what it is
    about: `on`, `missing`, `field`, `narrowed`, `dates`, `collection`. A step is the cause of a row
    that isn't visible, `{"kind", "id", "name", "marks", …}`; the chain's last is where it begins.
    `also` are the record's other causes, `branches` the chains by which it might be visible
    otherwise. `published` is how the feed's publication has it: `{"status", "last",
    "publication"}`, None where it hasn't. Refused for an unknown kind or id.
    """
    organization = feed.organization
    kind = KINDS.get(kind_name)
    if kind is None:
        raise Refused(f"“{kind_name}” is not a kind. The kinds are: {', '.join(KINDS)}.")
    row = _row(organization, kind, sourced_id)
    chain: tuple[Step, ...] = (Step(kind.name, sourced_id, Cause("retired")),)
    decision = decided(organization, feed.version, feed.rules)
    if getattr(row, "status", Status.ACTIVE) == Status.ACTIVE:
        chain = decision.why(kind.name, sourced_id).chain
    branches = [each for step in chain for each in step.branches]
    steps = _Steps(decision, organization, [chain, *branches])
    return {
        "kind": kind.name,
        "id": sourced_id,
        "name": label(row),
        "oneroster": feed.version,
        "visible": not chain,
        "chain": steps.of(chain),
        "also": [steps.cause(chain[0], each) for each in (chain[0].also if chain else ())],
        "branches": [steps.of(each) for each in branches],
        "published": _published(feed, kind, _published_id(kind, row)),
    }


def _row(organization: Organization, kind: Kind, sourced_id: str) -> Any:
    found = rows_of(organization, kind).filter(sourced_id=sourced_id).first()
    if found is None and kind.name == "course":
        # The bare id of a course is that of its row.
        courses = Course.objects.filter(organization=organization, sourced_id=sourced_id)
        found = courses.first()
    if found is None:
        raise Refused(f"There is no {kind.title} “{sourced_id}” in {organization.name}.")
    return found


def _published_id(kind: Kind, row: Any) -> str:
    return str(row.course if kind.name == "course" and isinstance(row, Level) else row.sourced_id)


class _Steps:
    """The steps of chains in words; names and marks of all their rows are fetched at once."""

    def __init__(
        self, decision: Decision, organization: Organization, chains: Iterable[tuple[Step, ...]]
    ) -> None:
        self.decision = decision
        steps = [step for chain in chains for step in chain]
        self.names = _names(organization, {(step.kind, step.sourced_id) for step in steps})
        marked = {step.sourced_id for step in steps if step.cause.code == "marked"}
        self.marks = _marks(organization, marked)

    def of(self, chain: tuple[Step, ...]) -> list[dict[str, Any]]:
        return [
            {
                "kind": step.kind,
                "id": step.sourced_id,
                "name": self.names.get((step.kind, step.sourced_id), ""),
                **self.cause(step, step.cause),
            }
            for step in chain
        ]

    def cause(self, step: Step, cause: Cause) -> dict[str, Any]:
        more = details(self.decision, step, cause)
        if cause.code == "marked":
            more["marks"] = self.marks.get(_alike(step.kind, step.sourced_id), [])
        return {"code": cause.code, "reason": reason(step, cause, more), **more}


def _names(organization: Organization, nodes: set[Node]) -> dict[Node, str]:
    by_kind: dict[str, set[str]] = defaultdict(set)
    for kind, sourced_id in nodes:
        by_kind[kind].add(sourced_id)
    found = {}
    for kind, ids in by_kind.items():
        rows = list(rows_of(organization, KINDS[kind]).filter(sourced_id__in=ids))
        if kind == "course":
            rows += Course.objects.filter(organization=organization, sourced_id__in=ids)
        found.update({(kind, row.sourced_id): label(row) for row in rows})
    return found


def _marks(organization: Organization, ids: set[str]) -> dict[Node, list[dict[str, Any]]]:
    found: dict[Node, list[dict[str, Any]]] = defaultdict(list)
    rows = Mark.objects.filter(organization=organization, sourced_id__in=ids) if ids else ()
    for mark in sorted(rows, key=lambda mark: mark.pk):
        found[_alike(mark.kind, mark.sourced_id)].append(
            {
                "source": mark.source,
                "by": mark.by_name,
                "at": mark.at.isoformat(),
                "reason": mark.reason,
            }
        )
    return found


def _alike(kind: str, sourced_id: str) -> Node:
    return ("org" if kind == "school" else kind), sourced_id


def _published(feed: Feed, kind: Kind, sourced_id: str) -> dict[str, Any] | None:
    if kind.collection is None or feed.head is None:
        return None
    entry = entries([feed.head.pk], kind.collection, sourced_id).get(feed.head.pk)
    if entry is None:
        return None
    return {
        "status": entry.status,
        "last": stamp(moment_of(entry.stamp)),
        "publication": feed.head.number,
    }
