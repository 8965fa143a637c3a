"""Riverside with its vendors, what may come between a death and the next work, and who waits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import transaction

from connections import lifecycle
from connections.models import Connection
from connections.partners import create_partner
from roster import exclusion, reading
from roster.clock import clock
from roster.models import Category, Line, Mark, Organization, Record, Refresh, User
from roster.organizations import set_field_policy
from roster.publishing import refresh
from roster.withdrawing import withdraw
from tests.connections.conftest import DANA, connected
from tests.killing.watching import Passes, Vendors, Watcher
from tests.killing.wholeness import all_rows, at_head, whole
from tests.roster.districts import demo_district, reader_of

Rows = list[list[tuple[Any, ...]]]

HANG = 5.0
"""Seconds after which a reader counts as blocked, on a machine that is busy with other things."""

USERS = "/ims/oneroster/rostering/v1p2/users?limit=50"


class Desk:
    """Two vendors read Riverside, published twice, by 1.2 and 1.1; a third is paused since the
    first publication, which it reads on the line of the one.
    """

    def __init__(self, folder: Path) -> None:
        reading.forget()
        self.riverside = demo_district(folder)
        partner = create_partner("Brightpath", ["1.1", "1.2"], ["grade_book"], by="operator")
        self.terms = {"shares": ["all"], "types": ["grade_book"], "partner": partner}
        self.brightpath = connected(self.riverside, **self.terms)
        self.elder = connected(self.riverside, **self.terms, vendor="Elder", oneroster="1.1")
        self.paused = connected(self.riverside, **self.terms, vendor="Paused").connection
        refresh(self.riverside, by=DANA)
        self.paused.refresh_from_db()
        lifecycle.pause(self.paused, by=DANA)
        self.import_of_night(0)
        refresh(self.riverside, by=DANA)
        self.look_again()

    @property
    def lines(self) -> list[Line]:
        return list(self.riverside.lines.filter(unread_since=None).order_by("pk"))

    @property
    def heads(self) -> list[int]:
        return [line.head for line in self.lines]

    def look_again(self) -> None:
        self.riverside.refresh_from_db()
        self.paused.refresh_from_db()
        for vendor in (self.brightpath, self.elder):
            vendor.connection.refresh_from_db()

    def import_of_night(self, night: int) -> None:
        """Take some people away, bring some back, change others."""
        users = User.objects.filter(organization=self.riverside)
        for place, pk in enumerate(users.order_by("sourced_id").values_list("pk", flat=True)):
            status = "tobedeleted" if place % 11 == night % 11 else "active"
            name = f"Night {night}" if place % 5 == night % 5 else "Same"
            users.filter(pk=pk).update(status=status, middle_name=name)
        Organization.objects.filter(pk=self.riverside.pk).touch()

    def after_the_lease(self) -> None:
        """Let the leases of the dead run out."""
        past = clock() - timedelta(seconds=1)
        Refresh.objects.filter(state=Refresh.State.RUNNING).update(lease_until=past)
        Organization.objects.filter(withdrawing_until__isnull=False).update(withdrawing_until=past)
        self.look_again()

    def something(self, turn: int) -> tuple[str, str]:
        """Return a kind and an id to exclude; a category has line items, and those results."""
        if turn % 3 == 1:
            rows = Category.objects.filter(organization=self.riverside, status="active")
            named = rows.order_by("sourced_id").values_list("sourced_id", flat=True)
            return "grading_task", named[turn % len(named)]
        return "person", self.somebody(60 + turn)

    def somebody(self, place: int) -> str:
        """Return somebody who is in the data and shown."""
        head = self.lines[0].head
        shown = Record.objects.filter(
            line=self.lines[0], kind="users", status="active", valid_from__lte=head
        ).filter(valid_to__gt=head)
        users = User.objects.filter(organization=self.riverside, status="active")
        both = users.filter(sourced_id__in=shown.values("sourced_id")).order_by("sourced_id")
        return both.values_list("sourced_id", flat=True)[place]

    # What may come between a death and the next refresh.

    def nothing(self) -> None:
        pass

    def another_connects(self) -> None:
        late = connected(self.riverside, vendor="Late", shares=["demographics"]).connection
        assert lifecycle.publish_at_once(late, DANA)

    def one_more_of_the_same_connects(self) -> None:
        late = connected(self.riverside, **self.terms, vendor="Late").connection
        assert lifecycle.publish_at_once(late, DANA)

    def a_pause_ends(self) -> None:
        # Read anew: what was undone in the database, an object would still remember.
        lifecycle.resume(Connection.objects.get(pk=self.paused.pk), by=DANA)

    def somebody_is_excluded(self) -> None:
        self.exclude("person", self.somebody(40))

    def exclude(self, kind: str, sourced_id: str) -> None:
        exclusion.exclude(self.riverside, kind, [sourced_id], reason="Opt-out", by=DANA)

    # What all of it comes to.

    def refreshed(self, between: Callable[[Desk], None]) -> Rows:
        """Let that happen, refresh, and return the rows of the lines, which are whole."""
        between(self)
        refresh(Organization.objects.get(pk=self.riverside.pk), by=DANA)
        return self.rows_at_rest()

    def resumed(self) -> Rows:
        self.a_pause_ends()
        return self.rows_at_rest()

    def excluded(self, kind: str, sourced_id: str) -> Rows:
        self.exclude(kind, sourced_id)
        return self.rows_at_rest()

    def withheld(self, fields: list[str]) -> Rows:
        """Withhold these fields and no others; what is given free is published."""
        set_field_policy(Organization.objects.get(pk=self.riverside.pk), fields, by=DANA)
        return self.rows_at_rest() if fields else self.refreshed(Desk.nothing)

    def told_of(self, field: str) -> list[str]:
        """Return who is read with that field, on the heads of all lines."""
        return [
            text
            for line in self.lines
            for text in reading.page(reader_of(line), "users", None, 0, 5000).documents
            if f'"{field}":' in text
        ]

    def included_again(self, kind: str, sourced_id: str) -> list[list[tuple[str, ...]]]:
        """Exclude it if it isn't excluded yet, take that back and refresh; return what is shown."""
        if not Mark.objects.filter(kind=kind, sourced_id=sourced_id, source="person").exists():
            self.exclude(kind, sourced_id)
        exclusion.include(self.riverside, kind, [sourced_id], by=DANA)
        withdraw(self.riverside)
        self.refreshed(Desk.nothing)
        return [at_head(line) for line in self.lines]

    def rows_at_rest(self) -> Rows:
        self.are_whole(at_rest=True)
        return all_rows(self.riverside)

    def are_whole(self, *, at_rest: bool = False) -> None:
        for line in self.lines:
            whole(line, oldest=line.oldest_read(), at_rest=at_rest)


BETWEEN = [
    Desk.another_connects,
    Desk.one_more_of_the_same_connects,
    Desk.a_pause_ends,
    Desk.somebody_is_excluded,
]


def as_if(act: Callable[..., Any], *arguments: Any) -> Any:
    """Return what it returns, and let nothing of it have happened."""
    with transaction.atomic():
        found = act(*arguments)
        transaction.set_rollback(True)
    return found


class Meanwhile:
    """Those who read both lines while something dies, and the longest that they had to wait."""

    def __init__(self, desk: Desk, *, together: bool = True) -> None:
        lines = [vendor.connection.line for vendor in (desk.brightpath, desk.elder)]
        self.passes = Passes(*[line for line in lines if line], together=together)
        self.vendors = Vendors(desk.brightpath, USERS)
        self.longest = 0.0
        self.turns = 0

    def during(self, act: Callable[..., bool], *arguments: Any, **how: Any) -> bool:
        with Watcher(self.passes) as reader, Watcher(self.vendors) as vendor:
            killed = act(*arguments, **how)
        self.longest = max(self.longest, vendor.longest)
        self.turns += reader.turns
        return killed

    def nobody_hung(self, what: str) -> None:
        print(
            f"\n{what}: the lines were read {self.turns} times; a page took at most"
            f" {self.passes.longest * 1000:.0f} ms, a token and a page {self.longest * 1000:.0f} ms"
        )
        assert self.turns
        assert self.vendors.statuses == {200}
        assert max(self.passes.longest, self.longest) < HANG
