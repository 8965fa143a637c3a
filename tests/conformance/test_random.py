"""For random districts and random questions the answer is that of a naive reading.

Live documents are taken as an unfiltered reading gives them, tombstones out of the publication;
everything after that is plain Python (`naive.py`, `belonging.py`). No refresh lands in between,
so no delta is widened. `MODEL_EXAMPLES=500` looks longer.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import unquote

import pytest
import time_machine
from django.urls import resolve
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIRequestFactory, force_authenticate

from roster import hierarchy, publishing, reading
from roster import map as maps
from roster.api.reader import Reader
from roster.marks.bundled import mark_from_bundles
from roster.models import Feed, Organization
from tests.conformance import drawing
from tests.conformance.asking import Document, read, tombstones, top_lists
from tests.conformance.belonging import World
from tests.conformance.elements import TABLES, collection_of
from tests.conformance.operations import PREFIXES, SCOPES, Endpoint
from tests.conformance.questions import Question, answer, question, selected
from tests.model import districts, sharing
from tests.model.profiles import profile
from tests.model.test_visibility import undone

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
QUESTIONS = 60

UNLESS_TICKED = {
    "metadata": "metadata", "resources": "resources", "users.phone": "users.phone",
    "users.sms": "users.sms", "users.userIds": "users.userIds", "users.agents": "guardians",
    "users.userMasterIdentifier": "users.userMasterIdentifier",
    "users.userProfiles": "users.userProfiles", "users.pronouns": "users.pronouns",
}  # fmt: skip
"""Fields that a connection has only where the share of that name is ticked."""


class Asking:
    """A reader of one feed, past token and address: asks views as the routes find them."""

    def __init__(self, feed: Feed, number: int) -> None:
        every = {name for names in SCOPES.values() for name in names}
        assert feed.publication
        self.feed = feed.pk
        self.reader = Reader(
            connection=number,
            organization=feed.organization_id,
            version=feed.version,
            feed=feed.pk,
            publication=feed.publication.pk,
            number=feed.publication.number,
            scopes=frozenset(PREFIXES[feed.version] + name for name in every),
        )

    def get(self, path: str, query: str) -> Any:
        found = resolve(unquote(path))
        request = APIRequestFactory().get(f"{path}?{query}")
        force_authenticate(request, token=self.reader)  # type: ignore[arg-type]
        return found.func(request, *found.args, **found.kwargs)

    def whole(self, endpoint: Endpoint) -> list[Document]:
        told = self.get(endpoint.address, "limit=50000")
        assert told.status_code == 200, told.content
        return read(told)

    def world(self) -> World:
        version = self.reader.version
        top = {each.plurals[0]: each for each in top_lists(version)}
        return World(
            {name: self.whole(top[name]) for name in TABLES[version]},
            {name: tombstones(self.feed, name) for name in TABLES[version]},
        )


def hidden(rules: dict[str, Any], policy: list[str], collection: str) -> set[str]:
    """Return the fields of a collection that the rules don't show."""
    off = {name for name, share in UNLESS_TICKED.items() if share not in rules["shares"]}
    off |= {*rules["withheld"], *policy}
    return {
        name.rpartition(".")[2]
        for name in off
        if "." not in name or name.partition(".")[0] == collection
    }


@pytest.mark.django_db
@profile(14)
@given(st.data(), st.integers(0, 2**32))
def test_an_answer_is_what_a_naive_reading_chooses(data: Any, seed: int) -> None:
    dice = Random(seed)  # noqa: S311 - they are dice.
    with time_machine.travel(NOON, tick=False) as clock, undone():
        reading.forget()
        maps.forget()
        organization = Organization.objects.create(
            slug="random", name="Random", **districts.settings(data.draw)
        )
        rows = data.draw(districts.edited(), "rows")
        pairs = data.draw(districts.PAIRS, "agents")
        districts.create(organization, drawing.worded(rows, dice), pairs)
        drawing.grade(organization, dice)
        # One who comes later reads no tombstones.
        late = dice.choice(["", "", "1.1", "1.2"])
        early = [version for version in ("1.1", "1.2") if version != late]
        kept = {version: made(data, organization, version) for version in early}
        publish(organization)
        clock.shift(timedelta(days=1))
        drawing.change(organization, drawing.worded(data.draw(districts.edits(20), "edits"), dice))
        drawing.grade(organization, dice)
        if late:
            kept[late] = made(data, organization, late)
        publish(organization)
        for version, (feed, rules) in kept.items():
            feed.refresh_from_db()
            asking = Asking(feed, dice.randrange(10**9))
            world = asking.world()
            for _ in range(QUESTIONS):
                asked = question(dice, version, world)
                collection = collection_of(asked.endpoint.plurals[-1])
                off = hidden(rules, organization.field_policy, collection)
                check(asking, asked, world, off)


def made(data: Any, organization: Organization, version: str) -> tuple[Feed, dict[str, Any]]:
    rules = sharing.rules(data.draw, version)
    rules |= {"types": ["assessment", "grade_book"] if version == "1.2" else ["grade_book"]}
    rules.pop("collections", None)
    feed = Feed.objects.create(
        organization=organization, version=version, rules=rules, state=Feed.State.FOLLOWING
    )
    return feed, rules


def publish(organization: Organization) -> None:
    hierarchy.derive(organization)
    mark_from_bundles(organization)
    Organization.objects.filter(pk=organization.pk).touch()
    organization.refresh_from_db()
    publishing.refresh(organization, by="test")


def check(asking: Asking, asked: Question, world: World, off: set[str]) -> None:
    expected = answer(asked, world, off)
    told = asking.get(asked.path, asked.query)
    assert told.status_code == expected.status, f"{asked}\n{told.content!r}"
    if expected.status != 200:
        return
    assert int(told["X-Total-Count"]) == len(expected.whole), str(asked)
    page = slice(asked.offset, asked.offset + asked.limit)
    found = read(told)
    if asked.sort:
        assert found == selected(expected.whole[page], asked.fields), str(asked)
        return
    whole = Question(asked.endpoint, asked.ids, asked.clauses, asked.joins)
    everybody = read(asking.get(whole.path, whole.query))
    by_id = {each["sourcedId"]: each for each in expected.whole}
    assert {each["sourcedId"]: each for each in everybody} == by_id, str(asked)
    assert len(everybody) == len(by_id), str(asked)
    assert found == selected(everybody[page], asked.fields), str(asked)
