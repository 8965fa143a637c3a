"""Changes what a connection may see, or shows the difference that it would make."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from connections import changing
from connections.management.base import ConnectionCommand, described
from connections.management.choosing import add_choices, asked_for
from roster.checking import in_words


class Command(ConnectionCommand):
    help = (
        "Change what a connection may see. Schools, grades, roles, courses and subjects that "
        "are named take the place of those before; the other options add to what is there. "
        "Without any option it says what is shared now."
    )

    def arguments(self, parser: CommandParser) -> None:
        super().arguments(parser)
        add_choices(parser, change=True)
        parser.add_argument(
            "--preview", action="store_true", help="say the difference, and change nothing"
        )
        parser.add_argument("--reason", default="", metavar="R", help="why, for the audit log")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        connection = self.connection
        asked = asked_for(options, connection)
        if options["preview"]:
            done = changing.preview_sharing(connection, **asked)
            done["numbers"] = changing.numbers_then(connection, **asked)
            words = ["Nothing is changed yet. A publication by these rules would have:"]
            words += _table(done["collections"])
            words += in_words(done["numbers"], vendor=connection.vendor)
        elif asked:
            done = changing.change_sharing(
                connection, by=self.actor(), reason=options["reason"], **asked
            )
            words = [_outcome(connection.vendor, done)]
        else:
            done = changing.sharing_of(connection)
            words = [f"{connection.vendor} is shared:"]
        words += [f"  {name:<12} {_shown(value)}" for name, value in done["sharing"].items()]
        words += [f"Warning: {warning}" for warning in done["warnings"]]
        return {**described(connection), "preview": options["preview"], **done}, "\n".join(words)


def _outcome(vendor: str, done: dict[str, Any]) -> str:
    if not done["changed"]:
        return f"Nothing differs: {vendor} is shared what it was."
    if not done["published"]:
        return f"{vendor} reads by these rules from the organization's next refresh on:"
    return f"{vendor} reads by these rules now:"


def _table(collections: dict[str, dict[str, int]]) -> list[str]:
    return [
        f"  {name:<20} {counts['now']:>9,} now {counts['then']:>9,} then"
        f"  +{counts['added']:,} ~{counts['changed']:,} -{counts['removed']:,}"
        for name, counts in collections.items()
    ]


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{person} ({reason})" for person, reason in value.items()) or "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else ", ".join(value) or "–"
