"""What the random histories have found, each as the shortest history that shows it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from roster.models import Klass, Role, User
from tests.model.desk import Desk
from tests.model.sharing import EVERYTHING
from tests.model.tidy import tidy
from tests.model.vendors import Habits, Vendor


@pytest.fixture
def desk(db: None) -> Iterator[Desk]:
    """The tidy district, not published yet, and nobody connected."""
    opened = Desk()
    yield opened
    opened.close()


def joined(desk: Desk, version: str = "1.2", since: str | None = None) -> Vendor:
    """Return one more vendor, which reads everything that can be shared."""
    vendor = desk.connect(version, EVERYTHING, Habits(since))
    assert vendor is not None
    return vendor


def orgs_of(user: str, vendor: Vendor) -> set[str]:
    """Where a vendor's copy has a person."""
    assert vendor.copy is not None
    return {role["org"]["sourcedId"] for role in vendor.copy["users"][user]["roles"]}


def test_a_guardian_stays_while_a_child_is_seen_at_another_school(desk: Desk) -> None:
    row = tidy()[Klass, "k2"] | {"school": "s3", "course": "c1"}
    desk.edit({(Klass, "k2"): row})
    vendor = joined(desk)
    desk.refresh()
    desk.exclude("school", "s1")
    vendor.finish()
    assert vendor.copy is not None
    assert "u6" in vendor.copy["users"]


def test_a_run_on_a_line_that_was_given_up_is_tightened_too(desk: Desk) -> None:
    vendor, _ = joined(desk), joined(desk)
    desk.refresh()
    vendor.step()
    desk.change(vendor, {"inactive": False})
    desk.change(vendor, {"inactive": True})
    desk.tend()
    desk.change(vendor, {"kept_out": {"u1": "asked"}})
    vendor.finish()
    assert vendor.copy is not None
    assert "u1" not in vendor.copy["users"]


def test_what_was_loosened_in_a_pause_is_read_when_it_ends(desk: Desk) -> None:
    vendor = joined(desk)
    desk.change(vendor, {"shares": []})
    desk.refresh()
    desk.pause(vendor)
    desk.change(vendor, {"shares": ["demographics"]})
    desk.activate(vendor)
    vendor.finish()
    assert vendor.copy is not None
    assert "u1" in vendor.copy["demographics"]


def test_what_was_refreshed_in_a_pause_is_read_when_it_ends(desk: Desk) -> None:
    vendor, _ = joined(desk), joined(desk)
    desk.refresh()
    desk.pause(vendor)
    desk.edit({(Klass, "k2"): tidy()[Klass, "k2"] | {"title": "Choir"}})
    desk.refresh()
    desk.change(vendor, {"inactive": False})
    desk.activate(vendor)
    vendor.finish()
    assert vendor.copy is not None
    assert vendor.copy["classes"]["k2"]["title"] == "Choir"


def test_a_role_that_names_no_calendar_puts_nobody_beside_that_of_their_classes(
    desk: Desk,
) -> None:
    rows = tidy()
    plain = next(row for (model, _), row in rows.items() if model is Role)
    at_school = plain | {"user": "u1", "org": "s2", "role": "student"}
    track = {"school": "s2", "course": "c4", "terms": [], "metadata": {"calendar": "track"}}
    desk.edit({(Role, "r9"): at_school, (Klass, "k1"): rows[Klass, "k1"] | track})
    vendor = joined(desk)
    desk.refresh()
    vendor.finish()
    assert orgs_of("u1", vendor) == {"s1", "s2"}
    desk.exclude("calendar", "s2~track")
    desk.look()
    vendor.finish()
    assert orgs_of("u1", vendor) == {"s1"}


def test_demographics_go_with_their_user_where_an_older_publication_is_read(desk: Desk) -> None:
    vendor = joined(desk, "1.1")
    desk.refresh()
    desk.pause(vendor)
    desk.edit({(User, "u6"): tidy()[User, "u6"] | {"family_name": ""}})
    desk.exclude("school", "s1")
    desk.look()
    vendor.finish()
    assert vendor.copy is not None
    assert "u6" not in vendor.copy["users"] | vendor.copy["demographics"]


def test_what_is_given_by_the_same_act_waits_where_an_older_publication_is_read(
    desk: Desk,
) -> None:
    desk.edit({(Klass, "k1"): tidy()[Klass, "k1"] | {"school": "s2", "course": "c2"}})
    vendor, _ = joined(desk), joined(desk)
    desk.change(vendor, {"all_schools": False, "schools": ["s1"]})
    desk.refresh()
    vendor.step()
    desk.change(vendor, {"all_schools": True, "schools": [], "shares": ["demographics"]})
    desk.change(vendor, {"all_schools": False, "schools": ["s1"], "shares": ["all"]})
    desk.pause(vendor)
    desk.change(vendor, {"all_schools": True, "schools": [], "courses": ["c2"], "shares": []})
    desk.look()
    vendor.finish()
