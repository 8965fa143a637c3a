"""Gives the demo a past: vendors that have read and written, marks, a refresh that followed.

The vendors' requests are answered by the API itself, within this process, so the request log and
the runs are real ones.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.test import Client

from connections import request_log
from connections.information import information
from connections.models import Connection
from portal.models import Staff
from roster.excluding import exclude, include
from roster.models import AuditEntry, Klass, Level, Organization, Role

READS: dict[str, tuple[tuple[str, dict[str, str]], ...]] = {
    "1.2": (
        ("orgs", {}),
        ("academicSessions", {}),
        ("users", {"limit": "200"}),
        ("users", {"limit": "200", "offset": "200"}),
        ("classes", {}),
        ("enrollments", {"limit": "1000"}),
        ("enrollments", {"limit": "1000", "offset": "1000"}),
        ("students", {"filter": "familyName='Abdi'"}),
        ("users", {"filter": "dateLastModified>='2026-01-01'", "limit": "1000"}),
        ("users", {"filter": "favouriteColour='blue'"}),
        ("users/nobody", {}),
    ),
    "1.1": (
        ("schools", {}),
        ("students", {"limit": "100"}),
        ("students", {"limit": "100", "offset": "100"}),
        ("students", {"limit": "100", "offset": "200"}),
        ("demographics", {}),
    ),
}
"""What a vendor of each version asks for: a sync, a search, and what it gets wrong.

Every list is read to its end, so that who tries the demo next begins a run, and meets no record
that was excluded meanwhile.
"""

SCORES = (92, 67.5, 80)


Ask = Callable[..., dict[str, Any]]


def live_as(connection: Connection, secret: str, base: str) -> None:
    """Read as the vendor does, or write where its connection is there for that; where this
    process doesn't answer to that host, do nothing.
    """
    known = information(connection, base)
    ask = _asking(known, secret, base)
    if ask is None:
        return
    path = urlsplit(known["base_url"]).path
    if "grade_book" in connection.types:
        _write(ask, connection, path, urlsplit(known["gradebook_url"]).path)
    else:
        for name, asked in READS[connection.oneroster]:
            ask("GET", f"{path}/{name}?{urlencode(asked)}")
    request_log.queue.flush()


def _write(ask: Ask, connection: Connection, rostering: str, gradebook: str) -> None:
    """Give the students of a class a result each, for a quiz of a category of the vendor's."""
    klass = ask("GET", f"{rostering}/classes?limit=1&offset=1")["classes"][0]["sourcedId"]
    students = ask("GET", f"{rostering}/classes/{klass}/students?limit={len(SCORES)}")["users"]
    today = connection.organization.today().isoformat()
    category = {"title": "Quizzes"}
    line_item = {
        "title": "Quiz 1",
        "class": {"sourcedId": klass},
        "category": {"sourcedId": "quizzes"},
        "dueDate": f"{today}T23:59:00Z",
        "resultValueMin": 0,
        "resultValueMax": 100,
    }
    ask("PUT", f"{gradebook}/categories/quizzes", {"category": category})
    ask("PUT", f"{gradebook}/lineItems/quiz-1", {"lineItem": line_item})
    for number, (student, score) in enumerate(zip(students, SCORES, strict=False), 1):
        result = {
            "lineItem": {"sourcedId": "quiz-1"},
            "student": {"sourcedId": student["sourcedId"]},
            "scoreStatus": "fully graded",
            "score": score,
            "scoreDate": today,
        }
        ask("PUT", f"{gradebook}/results/quiz-1-{number}", {"result": result})


def _asking(known: dict[str, Any], secret: str, base: str) -> Ask | None:
    """Return what asks the API with a token, and gives the body of the answer."""
    host = urlsplit(base).hostname or "127.0.0.1"
    vendor = Client(SERVER_NAME=host, raise_request_exception=False)
    basic = b64encode(f"{known['client_id']}:{secret}".encode()).decode()
    granted = vendor.post(
        urlsplit(known["token_url"]).path,
        {"grant_type": "client_credentials"},
        headers={"Authorization": f"Basic {basic}"},
    )
    if granted.status_code != 200:
        return None
    bearer = {"Authorization": f"Bearer {granted.json()['access_token']}"}

    def ask(method: str, path: str, body: Any = None) -> dict[str, Any]:
        content = "" if body is None else json.dumps(body)
        answer = vendor.generic(method, path, content, "application/json", headers=bearer)
        found: dict[str, Any] = json.loads(answer.content or b"{}")
        return found

    return ask


def mark(organization: Organization, dana: Staff) -> None:
    """Set marks in Dana's name besides the bundle's own, one of them by mistake.

    Once only: she may have cleared them.
    """
    if AuditEntry.objects.filter(organization=organization, by=dana).exists():
        return
    section = Klass.objects.of(organization).active().order_by("sourced_id").first()
    student = Role.objects.of(organization).filter(role="student").order_by("-user").first()
    grades = Level.objects.filter(organization=organization, kind="grade_level")
    grade = grades.order_by("sourced_id").first()
    if section is None or student is None or grade is None:
        return
    for kind, sourced_id, reason in (
        ("section", section.sourced_id, "A class for trying things out; no vendor needs it."),
        ("person", student.user, "The family asked for it in writing."),
        ("grade_level", grade.sourced_id, "They begin in spring."),
    ):
        exclude(organization, kind, [sourced_id], reason=reason, by=dana)
    reason = "A mistake: they read from the first week on."
    include(organization, "grade_level", [grade.sourced_id], reason=reason, by=dana)
