"""What a district's people do, done to the product and noted in the truth."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import time_machine
from django.core.cache import cache

from connections import changing, lifecycle, partners
from connections.models import Connection, Partner
from connections.tasks import tend
from roster import excluding, organizations, publishing
from roster.clock import clock
from roster.deciding import Step
from roster.importing.imports import import_bundle
from roster.kinds import COLLECTIONS as KNOWN
from roster.kinds import KINDS
from roster.listing import rows_of
from roster.models import AssessmentLineItem, AssessmentResult, Feed, Mark, Organization
from roster.publishing.holding import held_refresh
from roster.publishing.inputs import todays
from roster.publishing.sweeping import sweep
from roster.refusal import Refused
from tests import worlds
from tests.model import bundles, districts, forgetting, withdrawing
from tests.model.bounds import Bounds, Edition
from tests.model.comparing import Id, differences, read
from tests.model.districts import Rows
from tests.model.ground import Ground
from tests.model.programs import programs_of
from tests.model.tidy import PAIRS, tidy
from tests.model.truth import Publication, Truth
from tests.model.vendors import Habits, Vendor
from tests.oracle.district import District

BEGINNING = datetime(2026, 11, 16, 6, tzinfo=UTC)
BY = "dana"
VERSIONS, TYPES = ["1.1", "1.2"], ["grade_book", "assessment"]


class Desk:
    """Riverside with its vendors. Each act changes the product, then what is true."""

    def __init__(self) -> None:
        self.stack = ExitStack()
        self.time = self.stack.enter_context(time_machine.travel(BEGINNING, tick=False))
        forgetting.forget()
        cache.clear()
        self.organization: Organization
        self.partner: Partner
        self.rows: Rows = {}
        self.edition: Edition
        self.vendors: list[Vendor] = []
        self.named: set[Id] = set()
        self.cleared: set[Id] = set()
        vars(self).update(worlds.once("tidy", self._begun))
        self.time.move_to(BEGINNING)
        self.wait(1)
        self.shown: Edition | None = None
        self.shown_day = self.organization.today()
        self.shown_marks: set[Id] = set()
        self.shown_policy: set[str] = set()

    def _begun(self) -> dict[str, Any]:
        """Bring in the tidy district; returns what is noted of it."""
        self.organization = Organization.objects.create(
            slug="riverside", name="Riverside", school_year=districts.YEAR
        )
        self.partner = partners.create_partner("Brightpath", VERSIONS, TYPES, by=BY)
        self.edit(tidy())
        noted = ("organization", "partner", "rows", "edition", "cleared")
        return {name: getattr(self, name) for name in noted}

    def close(self) -> None:
        self.stack.close()
        forgetting.forget()

    def wait(self, seconds: float) -> None:
        self.time.shift(timedelta(seconds=seconds))

    # What is true now

    def marks(self) -> set[Id]:
        marks = Mark.objects.filter(organization=self.organization)
        return set(marks.values_list("kind", "sourced_id"))

    def policy(self) -> set[str]:
        policy = Organization.objects.values_list("field_policy", flat=True)
        return set(policy.get(pk=self.organization.pk))

    def bounds(self, rules: dict[str, Any]) -> Bounds:
        """What a refresh of now may show."""
        return Bounds(rules, frozenset(self.marks()), frozenset(self.policy()))

    def fresh(self, truth: Truth) -> Publication:
        """What a connection reads if all is published this moment."""
        bounds = self.bounds(truth.rules)
        return Publication.of(self.edition, truth.version, self.organization.today(), bounds)

    def as_shown(self, truth: Truth) -> Publication:
        """What a connection reads that is published beside what was last refreshed.

        Marks that people have set since hold, those that a bundle has brought don't yet; those
        that were cleared may or may not.
        """
        sure = frozenset((self.shown_marks | self.named) - self.cleared)
        doubtful = frozenset((self.shown_marks | self.cleared) - sure)
        policy = frozenset(self.shown_policy | self.policy())
        bounds = Bounds(truth.rules, sure, policy, doubtful)
        assert self.shown is not None
        return Publication.of(self.shown, truth.version, self.shown_day, bounds)

    @contextmanager
    def act(self, named: set[Id]) -> Iterator[None]:
        """What is confirmed inside holds in every publication that is still read."""
        rules = {id(vendor): vendor.truth.rules for vendor in self.vendors}
        policy = frozenset(self.policy())
        unmarked = frozenset(self.marks() - named)
        yield
        self.named |= named
        self.cleared -= named
        for vendor in self.vendors:
            before = Bounds(rules[id(vendor)], unmarked, policy)
            after = self.bounds(vendor.truth.rules)
            now = withdrawing.Act(
                self.edition,
                self.organization.today(),
                before,
                after,
                frozenset(named),
                clock(),
            )
            withdrawing.apply(vendor.truth, now, place(vendor))
        self.wait(0.01)

    def look(self) -> None:
        """See that what each vendor could read this moment is what it may."""
        for vendor in self.vendors:
            truth = vendor.truth
            head = place(vendor)
            assert (truth.head.place if truth.head else 0) == head, f"{vendor} reads {head}"
            found = [truth.head] if truth.head else []
            found += [run.publication for run in truth.going_on(clock())]
            for publication in {each.place: each for each in found}.values():
                said = differences(read(publication.place), publication.documents)
                assert not said, f"{vendor}, at {publication.place}:\n" + "\n".join(said)

    # Imports and refreshes

    def edit(self, rows: Rows) -> None:
        """Let a bundle bring these rows; what nobody refreshes, nobody reads."""
        ground = Ground(self.edition.district) if self.rows else None
        bundled = set(self._bundled())
        self.rows = {
            name: fields
            for name, fields in {**self.rows, **rows}.items()
            if fields["status"] == "active"
        }
        folder = Path(tempfile.mkdtemp(prefix="bundle-"))
        try:
            import_bundle(
                self.organization,
                bundles.write(folder, self.rows, PAIRS),
                by=BY,
                name="bundle",
                approved=True,
            )
        finally:
            shutil.rmtree(folder)
        self._assess()
        # One that somebody has set too stays.
        self.cleared |= bundled - self.marks()
        self.edition = Edition(District(Organization.objects.get(pk=self.organization.pk)))
        if ground is not None:
            ground.check(self.edition.district, self.cleared)
        self.wait(0.01)

    def _bundled(self) -> list[Id]:
        marks = Mark.objects.filter(organization=self.organization, source=Mark.Source.BUNDLE)
        return list(marks.values_list("kind", "sourced_id"))

    def _assess(self) -> None:
        """Assessments come from no bundle: once, as if a vendor had written them."""
        written = False
        for model in (AssessmentLineItem, AssessmentResult):
            for (of, name), fields in self.rows.items():
                if of is model:
                    _, made = model.objects.get_or_create(
                        organization=self.organization, sourced_id=name, defaults=fields
                    )
                    written |= made
        if written:
            Organization.objects.filter(pk=self.organization.pk).touch()

    def refresh(self) -> None:
        """Refresh, and approve it where it takes so much that it is held."""
        if publishing.refresh(self.organization, by=BY)["held"]:
            held = held_refresh(self.organization)
            assert held is not None
            publishing.refresh(self.organization, by=BY, approve=held.pk)
        self.refreshed()

    def refreshed(self) -> None:
        """Note what a refresh has shown."""
        self.shown, self.shown_day = self.edition, self.organization.today()
        self.shown_marks, self.shown_policy = self.marks(), self.policy()
        self.named, self.cleared = set(), set()
        for vendor in self.vendors:
            truth = vendor.truth
            if vendor.enabled and not truth.held:
                self._publish(vendor, self.fresh(truth))
                assert truth.head is not None
                assert not truth.head.cut, f"{vendor}: {truth.head.cut} are still cut"
        self.wait(0.01)

    def _publish(self, vendor: Vendor, fresh: Publication) -> None:
        """Note what a vendor reads next, which must be what the product has."""
        truth, before = vendor.truth, vendor.truth.head
        fresh.place = place(vendor)
        if before is not None and fresh.place == before.place:
            # Nothing has changed, and nothing was published; acts go by the rows of now.
            said = differences(before.documents, fresh.documents)
            assert not said, f"{vendor} was published nothing:\n" + "\n".join(said)
            before.edition, before.day, before.bounds = fresh.edition, fresh.day, fresh.bounds
            return
        self.settle(vendor, fresh)
        truth.publish(fresh, clock())

    def settle(self, vendor: Vendor, fresh: Publication) -> None:
        """Where marks are in doubt, take what the product has made of them, if it may."""
        if not fresh.bounds.doubtful:
            return
        found = read(fresh.place)
        tightest = fresh.edition.documents(fresh.version, fresh.day, fresh.bounds.tightest)
        for side in (fresh.documents, tightest):
            if not differences(found, side):
                fresh.documents = found
                return
        for name, documents in found.items():
            extra = documents.keys() - fresh.documents.get(name, {}).keys()
            assert not extra, f"{vendor}: {name} {extra} must not be published"
        for name, documents in tightest.items():
            lacking = documents.keys() - found.get(name, {}).keys()
            assert not lacking, f"{vendor}: {name} {lacking} must be published"
        fresh.documents = found

    def reasons(self, vendor: Vendor, kind: str, sourced_id: str) -> set[str]:
        """Return the causes at the ends of all chains by which a record isn't visible today."""
        organization = Organization.objects.get(pk=self.organization.pk)
        feed = Feed.objects.get(connection=vendor.connection.pk)
        decision = todays(organization).decide(feed.version, feed.rules)
        return set(_ends(decision.why(kind, sourced_id)))

    def forget_everything(self) -> None:
        """Empty what is kept for speed alone: nothing is to change by it."""
        forgetting.forget(rendered=True)

    # What is kept out

    def levels(self) -> list[Id]:
        """Everything that the product lets people mark."""
        return [
            (kind.name, sourced_id)
            for kind in KINDS.values()
            if kind.markable
            for sourced_id in sorted(
                rows_of(self.organization, kind).values_list("sourced_id", flat=True)
            )
        ]

    def exclude(self, kind: str, sourced_id: str) -> None:
        with self.act({(kind, sourced_id)} | self._courses_shown(kind, sourced_id)):
            excluding.exclude(self.organization, kind, [sourced_id], reason="asked", by=BY)

    def include(self, kind: str, sourced_id: str) -> None:
        excluding.include(self.organization, kind, [sourced_id], by=BY)
        if (kind, sourced_id) not in self.marks():
            cleared = {(kind, sourced_id), *self._courses_shown(kind, sourced_id)}
            self.cleared |= cleared
            self.named -= cleared
        self.wait(0.01)

    def _courses_shown(self, kind: str, sourced_id: str) -> set[Id]:
        """Return as what a master's courses were last shown, where they had no such master.

        A mark on it is about them there too.
        """
        if kind != "course_master" or self.shown is None:
            return set()
        shown, today = self.shown.district, self.edition.district
        if any(shown.course_master(course) == sourced_id for course in shown.courses):
            return set()
        courses = [
            course
            for course in today.courses
            if today.course_master(course) == sourced_id and course in shown.courses
        ]
        levels = [
            f"{course}~{calendar}"
            for course in courses
            for calendar in shown.calendars_of_course(course)
        ]
        return {("course", level) for level in [*courses, *levels]}

    def set_policy(self, fields: list[str]) -> None:
        with self.act(set()):
            organizations.set_field_policy(self.organization, fields, by=BY)

    # Connections

    def connect(
        self, version: str, asked: dict[str, Any], *habits: Habits, enabled: bool = True
    ) -> Vendor | None:
        """Connect one more vendor, whose programs have these habits.

        It reads at once where something is published. None where what is asked is refused.
        """
        types = TYPES if version == "1.2" else TYPES[:1]
        try:
            connection, secret = lifecycle.connect(
                self.organization,
                vendor=f"Vendor {len(self.vendors)}",
                partner=self.partner,
                types=types,
                oneroster=version,
                enabled=enabled,
                by=BY,
                **asked,
            )
        except Refused:
            return None
        truth = Truth(version, rules_of(connection))
        vendor = Vendor(connection, secret, truth, self.wait, enabled=enabled)
        vendor.programs = programs_of(vendor, habits)
        self.vendors.append(vendor)
        if enabled:
            lifecycle.publish_at_once(connection, BY)
            self._begin(vendor)
        return vendor

    def _begin(self, vendor: Vendor) -> None:
        """Note what a vendor reads first: of what it could not read, nothing is left."""
        vendor.enabled = True
        if self.shown is not None:
            self._publish(vendor, self.as_shown(vendor.truth))
        self.wait(0.01)

    def change(self, vendor: Vendor, asked: dict[str, Any]) -> None:
        """Change what a vendor sees, unless the product refuses it in words.

        What it takes goes at once, from what its runs read too; what it gives, it gives at once
        to a connection that reads on, of what was last refreshed, without what it takes today.
        """
        connection = Connection.objects.get(pk=vendor.connection.pk)
        truth, before = vendor.truth, vendor.truth.rules
        try:
            changing.change_sharing(connection, by=BY, **asked)
        except Refused:
            return
        truth.rules = rules_of(Connection.objects.get(pk=connection.pk))
        if truth.rules == before or truth.head is None:
            return
        marks, policy = frozenset(self.marks()), frozenset(self.policy())
        act = withdrawing.Act(
            self.edition,
            self.organization.today(),
            Bounds(before, marks, policy),
            Bounds(truth.rules, marks, policy),
            frozenset(),
            clock(),
        )
        if truth.held:
            withdrawing.apply(truth, act, place(vendor))
        else:
            fresh = self.as_shown(truth)
            if self.shown is not self.edition:
                taken = withdrawing.as_marks(withdrawing.taken_today(act, truth.version))
                fresh.bounds = fresh.bounds.doubting(taken)
            self._publish(vendor, fresh)
            withdrawing.take_from_older(truth, act)
        self.wait(0.01)

    # Their life

    def pause(self, vendor: Vendor, days: int | None = None) -> None:
        until = None if days is None else self.organization.today() + timedelta(days=days)
        lifecycle.pause(Connection.objects.get(pk=vendor.connection.pk), by=BY, until=until)
        vendor.truth.held, vendor.until = True, until

    def suspend(self, vendor: Vendor) -> None:
        lifecycle.suspend(Connection.objects.get(pk=vendor.connection.pk), by=BY)
        vendor.truth.held, vendor.suspended, vendor.until = True, True, None

    def activate(self, vendor: Vendor) -> None:
        """End a pause or a suspension, or both; enable one that waited for its launch."""
        lifecycle.activate(Connection.objects.get(pk=vendor.connection.pk), by=BY)
        if vendor.enabled:
            self._resumed(vendor)
        else:
            self._begin(vendor)

    def _resumed(self, vendor: Vendor) -> None:
        vendor.truth.held, vendor.suspended, vendor.until = False, False, None
        if self.shown is not None:
            self._publish(vendor, self.as_shown(vendor.truth))
        self.wait(0.01)

    def close_connection(self, vendor: Vendor) -> None:
        lifecycle.close(Connection.objects.get(pk=vendor.connection.pk), by=BY)
        self.vendors.remove(vendor)

    def tend(self) -> None:
        """The periodic task: pauses whose day has come end, and what nobody reads is swept."""
        tend()
        sweep(self.organization)
        for vendor in self.vendors:
            if vendor.until is not None and vendor.until <= self.organization.today():
                self._resumed(vendor)


def _ends(chain: Sequence[Step]) -> Iterator[str]:
    if chain:
        cause = chain[-1].cause
        yield f"{cause.code} {cause.about}".strip()
    for step in chain:
        for branch in step.branches:
            yield from _ends(branch)


def place(vendor: Vendor) -> int:
    """Return the product's publication that a vendor's next run reads; 0: none."""
    feeds = Feed.objects.filter(connection=vendor.connection.pk)
    return feeds.values_list("publication", flat=True).get() or 0


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
        found["collections"] = [name for name in KNOWN if name not in connection.hidden]
    return found
