"""What must hold of a line at any moment, whoever died when: each publication of it is whole."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

from roster.models import OPEN, Line, Organization, Publication, Record
from roster.storing import COLUMNS

TOLD = [name for name in COLUMNS if name not in ("line_id", "facts")]


def whole(line: Line, *, oldest: int = 0, at_rest: bool = False) -> None:
    """Assert that each publication from `oldest` on is whole: every record once, positions
    dense among the live and among the tombstones, totals as told, no stamp missing.

    At rest, when nothing is being built, nothing half-made lies beyond the head either.
    """
    line = Line.objects.get(pk=line.pk)
    rows = list(
        Record.objects.filter(line=line).values_list(
            "kind", "status", "ordinal", "sourced_id", "valid_from", "valid_to", "changed_in"
        )
    )
    published = line.publications.filter(state=Publication.State.PUBLISHED).order_by("number")
    told = dict(published.values_list("number", "counts"))
    stamps = [one.stamp for one in published if one.stamp]
    assert len(stamps) == len(told), f"{line}: a publication without stamp"
    assert stamps == sorted(set(stamps)), f"{line}: stamps stand still or go back"
    assert line.head == max(told, default=0), f"{line}: its head is not its last publication"
    for number, counts in told.items():
        if number >= oldest:
            _whole_at(f"{line} at {number}", number, counts, rows, set(told))
    if at_rest:
        beyond = [
            row for row in rows if row[4] > line.head or (line.head < row[5] and row[5] != OPEN)
        ]
        assert not beyond, f"{line}: {len(beyond)} rows of unfinished builds, such as {beyond[0]}"


def _whole_at(
    where: str,
    number: int,
    counts: dict[str, Any],
    rows: list[tuple[Any, ...]],
    numbers: set[int],
) -> None:
    names: dict[str, list[str]] = defaultdict(list)
    ordinals: dict[tuple[str, str], list[int]] = defaultdict(list)
    for kind, status, ordinal, sourced_id, valid_from, valid_to, changed_in in rows:
        if valid_from <= number < valid_to:
            names[kind].append(sourced_id)
            ordinals[kind, status].append(ordinal)
            assert changed_in in numbers, f"{where}: {kind} {sourced_id} has no stamp"
    for kind, found in names.items():
        doubled = {name for name in found if found.count(name) > 1} if _has_doubles(found) else ()
        assert not doubled, f"{where}: {kind} {sorted(doubled)[:3]} more than once"
    for (kind, status), found_at in ordinals.items():
        assert sorted(found_at) == list(range(len(found_at))), f"{where}: {kind} {status}, gaps"
    for kind in counts.keys() | names.keys():
        told = counts.get(kind, {"records": 0, "tombstones": 0})
        there = (len(ordinals[kind, "active"]), len(ordinals[kind, "tobedeleted"]))
        assert (told["records"], told["tombstones"]) == there, f"{where}: {kind}, totals"


def _has_doubles(names: list[str]) -> bool:
    return len(names) != len(set(names))


def rows_of(line: Line) -> list[tuple[Any, ...]]:
    """Return all that is stored of a line, row by row, but for the rows' own keys."""
    rows = Record.objects.filter(line=line).values_list(*TOLD, "facts")
    return sorted((*row, json.dumps(facts, sort_keys=True)) for *row, facts in rows)


def all_rows(organization: Organization) -> list[list[tuple[Any, ...]]]:
    """Return the rows of the organization's lines, those that nobody reads apart."""
    return [rows_of(line) for line in organization.lines.filter(unread_since=None).order_by("pk")]


def differences(told: list[Any], expected: list[Any]) -> list[str]:
    """Return in words, line by line, where two tellings of rows differ: none, if they don't."""
    found = [] if len(told) == len(expected) else [f"{len(told)} lines, not {len(expected)}"]
    for place, (one, other) in enumerate(zip(told, expected, strict=False)):
        more, less = sorted(set(one) - set(other)), sorted(set(other) - set(one))
        if one != other:
            found.append(f"line {place}: {len(more)} more, {len(less)} less; {more[:2]} {less[:2]}")
    return found


def at_head(line: Line) -> list[tuple[str, ...]]:
    """Return what a line shows, whatever its positions and numbers are."""
    line = Line.objects.get(pk=line.pk)
    rows = Record.objects.filter(line=line, valid_from__lte=line.head, valid_to__gt=line.head)
    return sorted(rows.values_list("kind", "sourced_id", "status", "document"))
