"""`check_data`: what in an organization's data will bite vendors, and how it is repaired."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandParser

from connections.checking import check_data, records_behind
from connections.models import Connection
from roster.checking import NEEDS, SHOWN, Reason, in_words
from roster.management.base import OrganizationCommand
from roster.models import Organization
from roster.refusal import Refused

NAMED = 5
"""Records of a check that are named in words."""


class Command(OrganizationCommand):
    help = (
        "Check an organization's data for what vendors stumble over: people without username,"
        " classes without teacher, references that lead nowhere, and more. Each check says how"
        " many records it found, what that means in each version, and how to repair it."
    )

    def arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--for",
            dest="connection",
            type=int,
            metavar="CONNECTION",
            help="only what this connection is shared, in its version",
        )
        what.add_argument(
            "--needs",
            metavar="NEED,…",
            default="",
            help=f"only what a consumer with these needs stumbles over: {', '.join(NEEDS)}",
        )
        parser.add_argument(
            "--behind",
            metavar="REASON",
            help="only the records that a reason of the numbers keeps back: its kind, code and"
            " what it is about, as in section/missing/session",
        )
        parser.add_argument(
            "--records", type=int, default=SHOWN, metavar="N", help="records named by each check"
        )

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        began = time.perf_counter()
        connection = self._connection(self.organization, options["connection"])
        if options["behind"]:
            return _behind(self.organization, connection, options["behind"])
        needs = [need.strip() for need in options["needs"].split(",") if need.strip()]
        shown = max(0, options["records"])
        found = check_data(self.organization, connection, needs=needs, shown=shown)
        result = {
            "organization": self.organization.slug,
            "connection": connection.pk if connection else None,
            "needs_asked": needs,
            **found,
            "seconds": round(time.perf_counter() - began, 2),
        }
        return result, "\n".join(_words(result, connection.vendor if connection else ""))

    def _connection(self, organization: Any, pk: int | None) -> Connection | None:
        if pk is None:
            return None
        found: Connection | None = organization.connections.filter(pk=pk).first()
        if found is None:
            raise Refused(f"{organization.name} has no connection {pk}.")
        return found


def _behind(
    organization: Organization, connection: Connection | None, asked: str
) -> tuple[dict[str, Any], str]:
    kind, _, rest = asked.partition("/")
    code, _, about = rest.partition("/")
    found = records_behind(organization, connection, Reason(kind, code, about))
    result = {
        "organization": organization.slug,
        "connection": connection.pk if connection else None,
        "behind": asked,
        "records": found,
    }
    lines = [
        f"OneRoster {version}, {name} ({len(ids):,}): {' '.join(ids)}"
        for version, records in found.items()
        for name, ids in records.items()
        if ids
    ]
    return result, "\n".join(lines) or "No record is kept back for this reason."


def _words(result: dict[str, Any], vendor: str) -> Iterator[str]:
    for check in result["checks"]:
        if not check["count"]:
            continue
        yield f"{check['count']:>9,}  {check['title']}"
        for version, words in _meanings(check["means"]).items():
            yield f"           {version}: {words}"
        yield f"           Repair: {check['repair']}"
        names = [_name(record) for record in check["records"][:NAMED]]
        if names:
            more = "…" if check["count"] > len(names) else ""
            yield f"           {', '.join(names)}{more}"
    clean = [check["title"] for check in result["checks"] if not check["count"]]
    if clean:
        yield f"Nothing found: {'; '.join(clean)}."
    yield from in_words(result["numbers"], vendor=vendor)


def _meanings(means: dict[str, str]) -> dict[str, str]:
    """Return what a check means by version, together where that is the same."""
    if len(set(means.values())) == 1:
        return {" and ".join(means): next(iter(means.values()))}
    return means


def _name(record: dict[str, str]) -> str:
    return f"{record['name']} ({record['id']})" if record["name"] else record["id"]
