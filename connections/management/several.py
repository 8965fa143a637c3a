"""What `pause_connections` and `resume_connections` share: saying which, and what was done."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from connections import several
from connections.management.base import described
from connections.models import Connection
from roster.management.base import OrganizationCommand
from roster.refusal import Refused


class SeveralCommand(OrganizationCommand):
    """Names connections of one organization, all of them or some."""

    act: str
    given: tuple[str, ...] = ("reason",)
    """Options that go to the verb."""

    def arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("ids", metavar="ID", nargs="*", type=int, default=[])
        which.add_argument("--all", action="store_true", help="every connection")
        parser.add_argument("--reason", default="", metavar="R", help="why, for the audit log")
        parser.add_argument("--dry-run", action="store_true", help="say which, and change nothing")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        connections = self.chosen(options)
        if options["dry_run"]:
            fit, left = several.fitting(self.act, connections)
            done = several.Done(fit, left, [])
        else:
            given = {name: options[name] for name in self.given}
            done = several.VERBS[self.act](connections, by=self.actor(), **given)
        result = {
            "changed": [described(each) for each in done.changed],
            "left": [described(each) for each in done.left],
            "refused": [{**described(each), "reason": reason} for each, reason in done.refused],
            "dry_run": options["dry_run"],
        }
        lines = [f"{each.title}: {each.status}" for each in done.changed]
        lines += [f"{each.title}: left, it is {each.status}" for each in done.left]
        lines += [f"{each.title}: {reason}" for each, reason in done.refused]
        return result, "\n".join(lines) or "There is no connection."

    def chosen(self, options: dict[str, Any]) -> list[Connection]:
        everything = Connection.objects.filter(organization=self.organization)
        known = list(everything.select_related("organization", "partner").open().by_name())
        if options["all"]:
            return known
        missing = sorted(set(options["ids"]) - {each.pk for each in known})
        if missing:
            raise Refused(f"{self.organization.name} has no open connection {missing[0]}.")
        return [each for each in known if each.pk in options["ids"]]
