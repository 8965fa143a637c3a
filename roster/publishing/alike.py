"""Which publications an act bears on alike: those of equal inputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from roster.deciding import Rules
from roster.models import Publication
from roster.publishing.acts import Ground
from roster.publishing.cases import Case
from roster.publishing.inputs import settings_of
from roster.publishing.shelf import Shelves
from roster.publishing.unlisted import marks_of_upgraded


def cases(ground: Ground, publications: Iterable[Publication], shelves: Shelves) -> Iterator[Case]:
    """Yield the cases of publications, each when it is asked for, those with most in common
    one after the other: of one map, and of readers who see the same rows.
    """
    found: dict[Any, list[Publication]] = {}
    for each in publications:
        if each.marks is None:
            each.marks = marks_of_upgraded(ground, each, shelves)
        said = [
            each.map_id,
            each.day,
            each.settings,
            each.rules,
            each.feed.version,
            each.feed.rules,
        ]
        name = orjson.dumps(said, option=orjson.OPT_SORT_KEYS), bytes(each.marks)
        found.setdefault(name, []).append(each)
    alike: dict[Any, list[list[Publication]]] = {}
    for some in found.values():
        first, settings = some[0], settings_of(ground.organization, some[0])
        who = Rules.of(first.rules, []).who(first.feed.version, settings)
        alike.setdefault((first.map_id or 0, first.feed.version, who), []).append(some)
    for _, several in sorted(alike.items(), key=lambda item: item[0][0]):
        for some in several:
            yield Case(ground, some)
