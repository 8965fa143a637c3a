"""What a district's people do, done to the product and noted in the truth."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.core.cache import cache

from connections import changing, lifecycle
from connections.models import Connection
from connections.tasks import tend
from roster import exclusion, hierarchy, listing, organizations, publishing, reading
from roster.clock import clock
from roster.kinds import KINDS
from roster.models import Mark, Organization
from roster.refusal import Refused
from tests.model import districts, tightening, veiled
from tests.model.comparing import differences, read
from tests.model.districts import Rows
from tests.model.tidy import PAIRS, tidy
from tests.model.truth import Bounds, Edition, Id, Publication, Truth
from tests.model.vendors import COLLECTIONS, Habits, Vendor
from tests.oracle.district import District

BEGINNING = datetime(2026, 11, 16, 6, tzinfo=UTC)
BY = "dana"


class Desk:
    """Riverside with its vendors. Each act changes the product, then what is true."""

    def __init__(self) -> None:
        self.stack = ExitStack()
        self.time = self.stack.enter_context(time_machine.travel(BEGINNING, tick=False))
        self.stack.enter_context(veiled.watched())
        reading.forget()
        cache.clear()
        self.organization = Organization.objects.create(
            slug="riverside", name="Riverside", school_year=districts.YEAR
        )
        districts.create(self.organization, tidy(), PAIRS)
        hierarchy.derive(self.organization)
        self.edition = Edition(self._district())
        self.confirmed: set[Id] = set()
        self.vendors: list[Vendor] = []

    def close(self) -> None:
        self.stack.close()
        reading.forget()

    def wait(self, seconds: float) -> None:
        self.time.shift(timedelta(seconds=seconds))

    # What is true now

    def _district(self) -> District:
        return District(Organization.objects.get(pk=self.organization.pk))

    def marks(self) -> set[Id]:
        marks = Mark.objects.filter(organization=self.organization)
        return set(marks.values_list("kind", "sourced_id"))

    def bounds(self, rules: dict[str, Any]) -> Bounds:
        """What a publication of now may show."""
        policy = Organization.objects.values_list("field_policy", flat=True)
        return Bounds(rules, self.marks(), set(policy.get(pk=self.organization.pk)))

    def fresh(self, truth: Truth) -> Publication:
        """What a connection reads if all is published this moment."""
        bounds = self.bounds(truth.rules)
        return Publication(self.edition, truth.version, self.organization.today(), bounds)

    @contextmanager
    def tightening(self, whose: Vendor | None = None) -> Iterator[None]:
        """What is confirmed inside holds in every publication that is still read.

        `whose` sharing is changed by it: what they read next is published by it, too.
        """
        before = {id(vendor): self.bounds(vendor.truth.rules) for vendor in self.vendors}
        yield
        day, now = self.organization.today(), clock()
        for vendor in self.vendors:
            was, after = before[id(vendor)], self.bounds(vendor.truth.rules)
            # A mark that has carried over holds from the next publication or tightening on.
            was.marks &= self.confirmed
            if was.key() != after.key():
                act = tightening.Act(self.edition, day, was, after, now)
                line, held, run = places(vendor)
                published = vendor is whose and not vendor.truth.paused
                tightening.apply(vendor.truth, act, None if published else line, held, run)
        self.confirmed = self.marks()

    def look(self) -> None:
        """See that what each vendor could read this moment is what it may."""
        for vendor in self.vendors:
            truth, run = vendor.truth, vendor.truth.run
            line, held, reading = places(vendor)
            pairs = [(held if truth.paused else line, truth.head)]
            if run is not None and run.holds(clock(), None, 0):
                pairs.append((reading, run.publication))
            for place, publication in pairs:
                assert place is not None, f"{vendor} has nothing to read"
                told = differences(read(*place), publication.documents)
                assert not told, f"{vendor}, at {place}:\n" + "\n".join(told)

    # Imports and refreshes

    def edit(self, rows: Rows) -> None:
        districts.change(self.organization, rows)
        hierarchy.derive(self.organization)
        Organization.objects.filter(pk=self.organization.pk).touch()
        self.edition = Edition(self._district())

    def refresh(self) -> None:
        publishing.refresh(self.organization, by=BY)
        for vendor in self.vendors:
            vendor.truth.publish(self.fresh(vendor.truth), clock())

    # What is kept out

    def levels(self) -> list[Id]:
        """Everything that can be marked."""
        return [
            (kind.name, sourced_id)
            for kind in KINDS.values()
            if kind.markable
            for sourced_id in sorted(
                listing.rows_of(self.organization, kind).values_list("sourced_id", flat=True)
            )
        ]

    def exclude(self, kind: str, sourced_id: str) -> None:
        with self.tightening():
            exclusion.exclude(self.organization, kind, [sourced_id], reason="asked", by=BY)

    def include(self, kind: str, sourced_id: str) -> None:
        exclusion.include(self.organization, kind, [sourced_id], by=BY)

    def set_policy(self, fields: list[str]) -> None:
        with self.tightening():
            organizations.set_field_policy(self.organization, fields, by=BY)

    # Connections

    def connect(self, version: str, asked: dict[str, Any], habits: Habits) -> Vendor | None:
        """Connect one more vendor, which reads at once where something is published.

        None where what is asked is refused.
        """
        try:
            connection, secret = lifecycle.connect(
                self.organization,
                vendor=f"Vendor {len(self.vendors)}",
                oneroster=version,
                acknowledge_unsupported=True,
                by=BY,
                **asked,
            )
        except Refused:
            return None
        rules, line = rules_of(connection), connection.line
        assert line is not None
        if line.head:
            first = self._elder(connection)
        else:
            lifecycle.publish_at_once(connection, BY)
            day = self.organization.today()
            first = Publication(self.edition, version, day, self.bounds(rules))
            first.follow(None, clock())
        vendor = Vendor(connection, secret, Truth(version, rules, first, first), habits, self.wait)
        self.vendors.append(vendor)
        return vendor

    def _elder(self, connection: Connection) -> Publication:
        """What a line shows that others read: the beginning of one who joins it."""
        line = connection.line
        assert line is not None
        elders = [
            vendor.truth.head
            for vendor in self.vendors
            if not vendor.truth.paused
            and Connection.objects.get(pk=vendor.connection.pk).line_id == line.pk
        ]
        if elders:
            first = replace(elders[0], moments={}, past=set(), touched=set())
        else:
            # Of a line that only paused ones read, nobody has looked at what it shows.
            bounds = self.bounds(rules_of(connection))
            first = Publication(self.edition, line.version, self.organization.today(), bounds)
            first.documents, first.chosen = read(line.pk, line.head), True
        first.moments = dict.fromkeys(first.flat, BEGINNING)
        first.past = set(first.flat)
        return first

    def change(self, vendor: Vendor, asked: dict[str, Any]) -> None:
        """Change what a vendor sees, unless the product refuses it in words."""
        connection = Connection.objects.get(pk=vendor.connection.pk)
        truth = vendor.truth
        before = truth.rules
        with self.tightening(vendor):
            try:
                changing.change_sharing(connection, by=BY, **asked)
            except Refused:
                return
            truth.rules = rules_of(Connection.objects.get(pk=connection.pk))
        if truth.rules != before:
            truth.behind |= truth.paused
            # What is taken and given by one act may have changed twice, and be what it was.
            vendor.known.clear()
            if not truth.paused:
                truth.publish(self.fresh(truth), clock())

    def pause(self, vendor: Vendor, days: int | None = None) -> None:
        until = None if days is None else self.organization.today() + timedelta(days=days)
        lifecycle.pause(Connection.objects.get(pk=vendor.connection.pk), by=BY, until=until)
        vendor.truth.pause()
        vendor.until = until

    def activate(self, vendor: Vendor) -> None:
        """End a pause or a suspension, or both."""
        lifecycle.activate(Connection.objects.get(pk=vendor.connection.pk), by=BY)
        self._resumed(vendor)

    def _resumed(self, vendor: Vendor) -> None:
        vendor.truth.resume(self.fresh(vendor.truth), clock())
        vendor.suspended, vendor.until = False, None

    def suspend(self, vendor: Vendor) -> None:
        lifecycle.suspend(Connection.objects.get(pk=vendor.connection.pk), by=BY)
        vendor.suspended, vendor.until = True, None

    def close_connection(self, vendor: Vendor) -> None:
        lifecycle.close(Connection.objects.get(pk=vendor.connection.pk), by=BY)
        self.vendors.remove(vendor)

    def tend(self) -> None:
        """The periodic task: pauses whose day has come end, lines that have grown equal meet."""
        tend()
        for vendor in self.vendors:
            if vendor.until is not None and vendor.until <= self.organization.today():
                self._resumed(vendor)


def places(vendor: Vendor) -> tuple[tightening.Place, tightening.Place, tightening.Place]:
    """Where the product has a vendor's line, what it is held at, and its run."""
    now = Connection.objects.select_related("line", "reading").get(pk=vendor.connection.pk)
    assert now.line is not None
    line = (now.line.pk, now.line.head)
    held = None if now.held_at is None else (now.line.pk, now.held_at)
    run = None
    if now.reading is not None and now.reading.line_id is not None:
        run = (now.reading.line_id, now.reading.number)
    return line, held, run


def rules_of(connection: Connection) -> dict[str, Any]:
    """Return what a connection's columns ask for, read by a second pair of eyes."""
    found: dict[str, Any] = {
        "schools": "all" if connection.all_schools else connection.schools,
        "shares": [name for name in connection.shares if name not in connection.withheld],
        "withheld": connection.withheld,
        "types": connection.types,
        "kept_out": list(connection.kept_out),
        "inactive": connection.inactive,
        "unenrolled": connection.unenrolled,
    }
    for name in ("grades", "roles", "courses", "subjects"):
        if getattr(connection, name) is not None:
            found[name] = getattr(connection, name)
    if connection.hidden:
        found["collections"] = [name for name in COLLECTIONS if name not in connection.hidden]
    return found
