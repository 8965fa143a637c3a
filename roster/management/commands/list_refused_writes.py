"""`list_refused_writes`: what vendors tried to write into the gradebook and couldn't."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from roster import grading
from roster.clock import stamp
from roster.management.base import OrganizationCommand
from roster.models import Klass, Organization
from roster.refusal import Refused


class Command(OrganizationCommand):
    help = (
        "List the writes of vendors that were refused, the last one first: which record, of which"
        " class, which field and why. Of what was sent nothing else is kept."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--class", dest="klass", metavar="ID", help="only what was for it")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        klass = _class(self.organization, options["klass"]) if options["klass"] else None
        refused = [_described(each) for each in grading.refused_of(self.organization, klass)]
        words = [
            f"{each['last']} connection {each['connection']}, {each['collection']}"
            f" {each['sourcedId']}: {each['field']} {each['named']} {each['words']}"
            f" (class {each['class'] or 'not known'}, {each['occurrences']} ×)"
            for each in refused
        ]
        result = {"organization": self.organization.slug, "refused": refused}
        return result, "\n".join(words) or "Nothing was refused."


def _class(organization: Organization, sourced_id: str) -> Klass:
    found = Klass.objects.filter(organization=organization, sourced_id=sourced_id).first()
    if found is None:
        raise Refused(f"{organization.name} has no class “{sourced_id}”.")
    return found


def _described(each: grading.RefusedRecord) -> dict[str, Any]:
    row = each.row
    return {
        "connection": row.connection,
        "collection": row.collection,
        "sourcedId": row.sourced_id,
        "class": each.klass.sourced_id if each.klass else "",
        "field": row.field,
        "named": row.named,
        "words": row.words,
        "occurrences": row.occurrences,
        "last": stamp(row.last),
        "written": each.written and stamp(each.written),
    }
