"""“Why is Ann not there?”: the chain of reasons for one record and one feed.

Deciding knows the conditions that fail; here they get names, marks, dates and words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from roster.clock import moment_of, stamp
from roster.deciding import Cause, Decision, Step
from roster.explaining.decided import decided_each
from roster.explaining.published import entries
from roster.explaining.wording import details, reason
from roster.kinds import KINDS, Kind
from roster.listing import label, rows_of
from roster.models import Course, Feed, Level, Mark, Organization, Status
from roster.refusal import Refused

Node = tuple[str, str]
Chain = tuple[Step, ...]


def explain_each(
    organization: Organization, feeds: Sequence[Feed], kind_name: str, sourced_id: str
) -> list[dict[str, Any]]:
    """Return for each feed whether a refresh now would publish a record, and if not, why.

    `{"kind", "id", "name", "oneroster", "visible", "chain": [step…], "also": [cause…],
    "branches": [[step…]…], "published"}`. A cause is `{"code", "reason", …}` with what it is
    about: `on`, `missing`, `field`, `narrowed`, `dates`, `collection`. A step is the cause of a row
    that isn't visible, `{"kind", "id", "name", "marks", …}`; the chain's last is where it begins.
    `also` are the record's other causes, `branches` the chains by which it might be visible
    otherwise. `published` is how the feed's publication has it: `{"status", "last",
    "publication"}`, None where it hasn't. Refused for an unknown kind or id. All take as many
    queries as one.
    """
    kind = KINDS.get(kind_name)
    if kind is None:
        raise Refused(f"“{kind_name}” is not a kind. The kinds are: {', '.join(KINDS)}.")
    row = _row(organization, kind, sourced_id)
    decisions = decided_each(organization, [(feed.version, feed.rules) for feed in feeds])
    chains = [_chain(decision, row, kind, sourced_id) for decision in decisions]
    steps = _Steps(organization, [each for chain in chains for each in with_branches(chain)])
    published = _published(feeds, kind, _published_id(kind, row))
    return [
        {
            "kind": kind.name,
            "id": sourced_id,
            "name": label(row),
            "oneroster": feed.version,
            "visible": not chain,
            "chain": steps.of(decision, chain),
            "also": [
                steps.cause(decision, chain[0], each) for each in (chain[0].also if chain else ())
            ],
            "branches": [steps.of(decision, each) for each in with_branches(chain)[1:]],
            "published": published.get(feed.head.pk) if feed.head else None,
        }
        for feed, decision, chain in zip(feeds, decisions, chains, strict=True)
    ]


def _chain(decision: Decision, row: Any, kind: Kind, sourced_id: str) -> Chain:
    if getattr(row, "status", Status.ACTIVE) != Status.ACTIVE:
        return (Step(kind.name, sourced_id, Cause("retired")),)
    return decision.why(kind.name, sourced_id)


def with_branches(chain: Chain) -> list[Chain]:
    return [chain, *(each for step in chain for each in step.branches)]


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

    def __init__(self, organization: Organization, chains: Iterable[Chain]) -> None:
        steps = [step for chain in chains for step in chain]
        self.names = _names(organization, {(step.kind, step.sourced_id) for step in steps})
        marked = {step.sourced_id for step in steps if step.cause.code == "marked"}
        self.marks = _marks(organization, marked)
        self.missing: dict[tuple[str, str, str], dict[str, Any]] = {}

    def of(self, decision: Decision, chain: Chain) -> list[dict[str, Any]]:
        return [
            {
                "kind": step.kind,
                "id": step.sourced_id,
                "name": self.names.get((step.kind, step.sourced_id), ""),
                **self.cause(decision, step, step.cause),
            }
            for step in chain
        ]

    def cause(self, decision: Decision, step: Step, cause: Cause) -> dict[str, Any]:
        more = self._details(decision, step, cause)
        if cause.code == "marked":
            more["marks"] = self.marks.get(_alike(step.kind, step.sourced_id), [])
        return {"code": cause.code, "reason": reason(step, cause, more), **more}

    def _details(self, decision: Decision, step: Step, cause: Cause) -> dict[str, Any]:
        """Return what a cause is about; what is missing, is so for every reader."""
        if cause.code != "missing":
            return details(decision, step, cause)
        about = (step.kind, step.sourced_id, cause.about)
        if about not in self.missing:
            self.missing[about] = details(decision, step, cause)
        return self.missing[about]


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


def _published(feeds: Sequence[Feed], kind: Kind, sourced_id: str) -> dict[int, dict[str, Any]]:
    """Return how the publications of these feeds have a record, those that have it."""
    heads = {feed.head.pk: feed.head.number for feed in feeds if feed.head}
    found = entries(heads, kind.collection, sourced_id) if kind.collection else {}
    return {
        pk: {
            "status": entry.status,
            "last": stamp(moment_of(entry.stamp)),
            "publication": heads[pk],
        }
        for pk, entry in found.items()
    }
