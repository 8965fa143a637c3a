"""Which publications an act bears on alike: those of equal inputs that list the same of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from roster.deciding import Rules
from roster.marks import Marks
from roster.models import Publication
from roster.publishing.acts import Ground
from roster.publishing.cases import Case
from roster.publishing.inputs import settings_of
from roster.publishing.shelf import Shelves
from roster.publishing.unlisted import unlisted


def cases(ground: Ground, publications: Iterable[Publication], shelves: Shelves) -> Iterator[Case]:
    """Yield the cases of publications, each when it is asked for, those with most in common
    one after the other: of one map, and of readers who see the same rows.
    """
    found: dict[bytes, list[Publication]] = {}
    for each in publications:
        name = [
            each.map_id,
            each.day,
            each.settings,
            each.rules,
            each.feed.version,
            each.feed.rules,
        ]
        found.setdefault(orjson.dumps(name, option=orjson.OPT_SORT_KEYS), []).append(each)
    alike: dict[Any, list[list[Publication]]] = {}
    for some in found.values():
        first, settings = some[0], settings_of(ground.organization, some[0])
        who = Rules.of(first.rules, []).who(first.feed.version, settings)
        alike.setdefault((first.map_id or 0, first.feed.version, who), []).append(some)
    for _, several in sorted(alike.items(), key=lambda item: item[0][0]):
        for some in several:
            yield from _by_what_is_gone(Case(ground, some), shelves)


def _by_what_is_gone(case: Case, shelves: Shelves) -> Iterator[Case]:
    """Yield a case, or one for each set of what its publications don't list any more."""
    if case.ground.act.takes_fields_only and not case.forced:
        yield case
        return
    found: dict[bytes, tuple[Marks, list[Publication]]] = {}
    for each in case.publications:
        gone = unlisted(each, case.before, shelves, exact=case.is_known)
        name = b"".join(kind.encode() + gone[kind].tobytes() for kind in sorted(gone))
        found.setdefault(name, (gone, []))[1].append(each)
    for gone, alike in found.values():
        each_case = case if len(found) == 1 else Case(case.ground, alike)
        each_case.force(gone)
        yield each_case
