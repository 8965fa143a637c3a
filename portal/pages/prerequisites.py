"""Prerequisites: what vendors will stumble over in the data, for all of them or for one."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse

from connections.checking import check_data
from connections.models import Connection
from portal.access import AtDesk, connection_of, connections_of, page
from portal.asked import asked
from portal.csv_files import csv_answer
from portal.pages.roster import address_of
from roster.checking import in_words
from roster.kinds import KINDS
from roster.models import Import, Organization

SHOWN, IN_FILE = 20, 10_000
"""How many records of each check the page names, and how many the file."""

HEADINGS = ("check", "count", "list", "id", "name", "OneRoster 1.1", "OneRoster 1.2", "what to do")

LINKED = {
    kind.collection: kind.name
    for kind in reversed(KINDS.values())
    if kind.collection and kind.name != "course"
}
"""The kind of the record's page, by collection; a course has one at each school."""


@page()
def show(request: AtDesk) -> HttpResponse:
    """Each check with what it found; `connection` asks it of what one vendor is shared."""
    organization, connection = request.organization, chosen(request)
    imported = organization.imports.filter(state=Import.State.APPLIED).exists()
    found = check_data(organization, connection, shown=SHOWN) if imported else None
    return TemplateResponse(
        request,
        "prerequisites/show.html",
        {
            "organization": organization,
            "may_change": request.may_change,
            "connection": connection,
            "connections": list(connections_of(organization).open().by_name()),
            "found": found is not None,
            "checks": checks_of(organization, found) if found else [],
            "clean": [each["title"] for each in found["checks"] if not each["count"]]
            if found
            else [],
            "numbers": [
                each.splitlines()
                for each in in_words(
                    found["numbers"] if found else {},
                    vendor=connection.vendor if connection else "",
                    in_lines=True,
                )
            ],
        },
    )


@page()
def download(request: AtDesk) -> HttpResponse:
    """The records behind each check, as a file for a spreadsheet."""
    found = check_data(request.organization, chosen(request), shown=IN_FILE)
    rows = [
        (
            check["title"],
            check["count"],
            record["collection"],
            record["id"],
            record["name"],
            check["means"].get("1.1", ""),
            check["means"].get("1.2", ""),
            check["repair"],
        )
        for check in found["checks"]
        if check["count"]
        for record in check["records"] or [{"collection": "", "id": "", "name": ""}]
    ]
    return csv_answer("prerequisites", HEADINGS, rows)


def chosen(request: AtDesk) -> Connection | None:
    """Return the connection that the page is about; None for all vendors, 404 for another's."""
    wanted = asked(request, "connection")
    if not wanted:
        return None
    return connection_of(request.organization, int(wanted) if is_key(wanted) else 0)


def is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def checks_of(organization: Organization, found: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the checks that found something, most frequent first, with links to the records."""
    checks = [
        check
        | {
            "means": meanings(check["means"]),
            "more": check["count"] - len(check["records"]),
            "records": [
                record | {"address": address(organization, record)} for record in check["records"]
            ],
        }
        for check in found["checks"]
        if check["count"]
    ]
    return sorted(checks, key=lambda each: -each["count"])


def meanings(means: dict[str, str]) -> list[tuple[str, str]]:
    """Return what a check means by version, together where that is the same."""
    if len(set(means.values())) == 1:
        return [("", next(iter(means.values())))]
    return list(means.items())


def address(organization: Organization, record: dict[str, str]) -> str:
    kind = LINKED.get(record["collection"])
    return address_of(organization, (kind, record["id"])) if kind else ""
