"""Section 1.2, rules: what every nested list contains, for every parent that there is.

Whoever belongs is told by `belonging.py`; tombstones of parents and members are among them.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from tests.conformance.asking import Asker, ids, read, tombstones
from tests.conformance.belonging import RULES, WORDS, World
from tests.conformance.elements import TABLES
from tests.conformance.errors import refusal
from tests.conformance.operations import ENDPOINTS, Endpoint
from tests.conformance.test_operations import at, vendor_of

NESTED = [each for each in ENDPOINTS if each.is_nested]
EVERYBODY = "status='active' OR status='tobedeleted'"


def world_of(vendor: Asker) -> World:
    collections = TABLES[vendor.version]
    return World(
        {name: vendor.live(name) for name in collections},
        {name: tombstones(vendor.feed, name) for name in collections},
    )


@pytest.fixture(scope="module")
def worlds(riverside: Any) -> dict[str, World]:
    return {version: world_of(vendor) for version, vendor in riverside.full.items()}


def test_there_is_a_rule_for_each() -> None:
    assert {each.path for each in NESTED} == set(RULES)


@pytest.mark.parametrize("endpoint", NESTED, ids=str)
def test_a_nested_list_holds_who_belongs(
    riverside: Any, worlds: dict[str, World], endpoint: Endpoint
) -> None:
    vendor, world = vendor_of(riverside, endpoint), worlds[endpoint.version]
    pools = [
        sorted({each["sourcedId"] for each in world.ever[WORDS.get(word, (word, ""))[0]]})
        for word in endpoint.plurals[:-1]
    ]
    told = []
    for parents in product(*pools):
        address = at(endpoint, *parents)
        if not world.names(endpoint.path, parents):
            refusal(vendor.ask(address), endpoint, 404)
            continue
        for text in ("", "status='active'", EVERYBODY):
            members = world.members(
                endpoint.path, endpoint.envelope, parents, dead=text == EVERYBODY
            )
            answer = vendor.list(address, **({"filter": text} if text else {}))
            assert answer.status_code == 200, (address, answer.content)
            found, expected = sorted(ids(read(answer))), sorted(ids(members))
            if found != expected:
                told.append(f"{address} {text}: {found} instead of {expected}")
    assert not told, "\n".join(told)
