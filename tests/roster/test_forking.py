"""A fork shows what its reader could read, and then goes its own way."""

from __future__ import annotations

from pathlib import Path

import pytest

from roster import exclusion
from roster.forking import are_equal, fork
from roster.models import Organization, Record, User
from roster.publishing import publish_line, refresh
from roster.reading import history
from tests.roster.districts import demo_district, published, shown

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def district(tmp_path: Path) -> Organization:
    return demo_district(tmp_path)


def rename_everybody(organization: Organization, name: str) -> None:
    User.objects.filter(organization=organization).update(middle_name=name)
    Organization.objects.filter(pk=organization.pk).touch()


def test_a_fork_is_the_same_row_by_row(district: Organization) -> None:
    (line,) = published(district, "1.2")
    exclusion.exclude(district, "section", [some_class(line.pk)], reason="Test", by="dana")
    refresh(district, by="test")
    line.refresh_from_db()
    own = fork(line, oldest=line.head, number=line.head)
    assert are_equal(line, own)
    assert shown(own) == shown(line)
    assert history(own.pk, own.head) == history(line.pk, line.head)


def test_a_fork_of_an_older_publication_shows_that_one(district: Organization) -> None:
    (line,) = published(district, "1.2")
    old, then = line.head, shown(line)
    rename_everybody(district, "Later")
    refresh(district, by="test")
    line.refresh_from_db()
    own = fork(line, oldest=old, number=old)
    assert shown(own) == then
    assert not are_equal(line, own)


def test_what_changed_meanwhile_gets_the_stamp_of_the_forks_own_build(
    district: Organization,
) -> None:
    (line,) = published(district, "1.2")
    old = line.head
    rename_everybody(district, "Later")
    refresh(district, by="test")
    line.refresh_from_db()
    own = fork(line, oldest=old, number=old)
    told = publish_line(own, by="test")
    own.refresh_from_db()
    assert set(shown(own).values()) == set(shown(line).values())
    assert told["changed"] == Record.objects.filter(line=own, changed_in=own.head).count() > 0
    assert own.head > line.head
    # The documents are the same, the stamps are not: the two don't become one.
    assert not are_equal(line, own)


def test_reading_two_publications_copies_both(district: Organization) -> None:
    (line,) = published(district, "1.2")
    old, then = line.head, shown(line)
    rename_everybody(district, "Later")
    refresh(district, by="test")
    line.refresh_from_db()
    own = fork(line, oldest=old, number=line.head)
    assert shown(own, old) == then
    assert shown(own) == shown(line)


def some_class(line: int) -> str:
    return Record.objects.filter(line=line, kind="classes").order_by("pk")[3].sourced_id
