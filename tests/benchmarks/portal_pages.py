"""Which pages of the portal are measured: every door, and what grows with the district."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from django.db.models import Count
from django.urls import reverse

from connections.models import Connection
from portal.forms.sharing import SharingForm
from portal.models import Staff
from roster.kinds import KINDS
from roster.listing import live
from roster.models import Enrollment, Import, Organization, Role
from tests.benchmarks.asking import Broken
from tests.cast import signed_in
from tests.portal.pages.test_doors import DOORS, IMPORT, IN, OF_A_ROW, address_of

Look = Callable[[], None]
DANA = 3
"""Where the administrator stands in the table of doors."""
WORDS = "son"


class Desk:
    """The administrator's browser, and rows of the district to ask for."""

    def __init__(self, slug: str, email: str) -> None:
        self.slug = slug
        self.browser = signed_in(Staff.objects.get(email=email))
        self.browser.defaults["SERVER_NAME"] = "127.0.0.1"
        self.organization = Organization.objects.get(slug=slug)
        of = {"organization": self.organization}
        self.connections = list(Connection.objects.filter(**of).order_by("pk"))
        self.imported = Import.objects.filter(**of).latest("pk").pk
        enrollments = Enrollment.objects.filter(**of)
        by_school = enrollments.values_list("school").annotate(number=Count("pk")).order_by()
        self.school = max(by_school, key=lambda each: each[1])[0]
        pupil = enrollments.filter(role="student", school=self.school).earliest("sourced_id")
        self.rows = {
            kind.name: live(self.organization, kind).order_by("sourced_id").first()
            for kind in KINDS.values()
        }
        self.ids = {name: row.sourced_id for name, row in self.rows.items() if row}
        self.ids |= {"person": pupil.user, "section": pupil.klass, "school": self.school}
        roles = Role.objects.filter(**of)
        self.others = {
            role: roles.filter(role=role).earliest("sourced_id").user
            for role in ("teacher", "guardian")
        }

    def address(self, name: str, query: Mapping[str, str] | None = None, **parts: Any) -> str:
        return reverse(name, kwargs={"slug": self.slug, **parts}, query=query)

    def get(self, address: str, headers: Mapping[str, str] | None = None) -> Look:
        return lambda: whole(address, self.browser.get(address, headers=headers))

    def post(self, address: str, form: Mapping[str, Any]) -> Look:
        return lambda: whole(address, self.browser.post(address, form))


def whole(address: str, answer: Any) -> None:
    """Take a page in; it must be one, not a way to elsewhere."""
    if answer.status_code != 200:
        raise Broken(f"{address}: {answer.status_code} {answer.headers.get('Location', '')}")
    if answer.streaming:
        b"".join(answer.streaming_content)


def pages(slug: str, email: str) -> Iterator[tuple[str, Look]]:
    desk = Desk(slug, email)
    yield from doors(desk)
    yield from lists(desk)
    yield from records(desk)
    yield from acts(desk)
    yield from sharing(desk)


def doors(desk: Desk) -> Iterator[tuple[str, Look]]:
    connection = desk.connections[0].pk
    for (name, method), answers in DOORS.items():
        if method == "get" and answers[DANA] == IN:
            address = address_of(name, desk.slug, connection)
            address = address.replace(f"/{IMPORT}/", f"/{desk.imported}/")
            if name in OF_A_ROW:
                address = address.replace("school-1", quote(desk.school, safe=""))
            yield name, desk.get(address)


def lists(desk: Desk) -> Iterator[tuple[str, Look]]:
    for kind in KINDS:
        yield f"list of {kind}", desk.get(desk.address("roster_kind", kind=kind))
    narrowed = {
        "person": ({"school": desk.school}, {"grade": "05"}, {"role": "teacher"}, {"q": WORDS}),
        "enrollment": ({"school": desk.school}, {"q": WORDS}, {"page": "5000"}),
        "section": ({"school": desk.school}, {"q": "math"}),
        "course": ({"school": desk.school},),
        "school_enrollment": ({"school": desk.school}, {"q": WORDS}),
    }
    for kind, queries in narrowed.items():
        for query in (*queries, {"excluded": "1"}):
            title = f"list of {kind} by {' '.join(query)}"
            yield title, desk.get(desk.address("roster_kind", query, kind=kind))
    yield "roster searched", desk.get(desk.address("roster", {"q": WORDS}))
    yield "roster_tree of a school", desk.get(desk.address("roster_tree", {"school": desk.school}))
    for collection in ("users", "enrollments", "classes"):
        address = desk.address(
            "connection_documents", pk=desk.connections[0].pk, collection=collection
        )
        yield f"documents of {collection}", desk.get(address)


def records(desk: Desk) -> Iterator[tuple[str, Look]]:
    shown = [*desk.ids.items(), *(("person", each) for each in desk.others.values())]
    for kind, sourced_id in shown:
        query = {"id": sourced_id}
        role = next((role for role, each in desk.others.items() if each == sourced_id), "")
        title = f"record of {role or kind}"
        yield title, desk.get(desk.address("roster_record", query, kind=kind))

    query = {"id": desk.ids["person"], "why": "1"}
    reasons = desk.address("roster_record", query, kind="person")
    yield f"why, of {len(desk.connections)} connections", desk.get(reasons, {"HX-Request": "true"})


def acts(desk: Desk) -> Iterator[tuple[str, Look]]:
    for kind, sourced_id in desk.ids.items():
        if KINDS[kind].markable:
            address = desk.address("roster_exclude", kind=kind)
            form = {"id": sourced_id, "reason": "Asked"}
            yield f"numbers before {kind} is excluded", desk.post(address, form)
            each = f"numbers before {kind} is excluded, for each of {len(desk.connections)}"
            yield each, desk.post(address, form | {"each": "1"})
    person = {"id": desk.ids["person"]}
    for number in (0, 1):
        address = desk.address("connection_keep_out", person, pk=desk.connections[number].pk)
        yield f"keep out of vendor {number}", desk.get(address)


def sharing(desk: Desk) -> Iterator[tuple[str, Look]]:
    connection = desk.connections[0]
    grades = {"grades_are": "some", "grades": ["03", "04"]}
    changes: dict[str, dict[str, Any]] = {
        "grades narrowed": grades,
        "one school": {"schools_are": "some", "schools": [desk.school]},
        "guardians and demographics shared": {"shares": ["guardians", "demographics"]},
    }
    address = desk.address("connection_sharing", pk=connection.pk)
    for title, change in changes.items():
        now = SharingForm(connection=connection).initial
        form = {**now, **change, "reason": "Asked"}
        yield f"sharing preview: {title}", desk.post(address, form)
    new = desk.address("connection_new")
    fresh = {
        "vendor_is": "other", "vendor": "Newcomer", "acknowledged": "on", "oneroster": "1.2",
        **{f"{name}_are": "all" for name in ("schools", "grades", "roles", "subjects", "courses")},
    }  # fmt: skip
    for title, change in ({"everything": {}} | changes).items():
        yield f"live count: {title}", desk.post(new, fresh | change | {"to": "count"})
    yield "prerequisites for this choice", desk.post(new, fresh | grades | {"to": "data"})
    query = {"connection": str(connection.pk)}
    yield "prerequisites of a connection", desk.get(desk.address("prerequisites", query))
