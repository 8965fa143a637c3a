"""Who is kept out of a connection, by name; and people found to be kept out of it too."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from portal import naming
from portal.pages.roster import address_of, described
from roster.kinds import KINDS
from roster.listing import searching
from roster.models import Organization

HITS = 8
"""How many people a search shows: who isn't among them is named more exactly."""


def people_of(organization: Organization, kept_out: Mapping[str, str]) -> list[dict[str, str]]:
    """Return who is kept out, by name: `{"id", "name", "address", "reason"}`."""
    names = naming.names_of(organization, [("person", person) for person in kept_out])
    people = [
        {
            "id": person,
            "name": names["person", person],
            "address": address_of(organization, ("person", person)),
            "reason": reason,
        }
        for person, reason in kept_out.items()
    ]
    return sorted(people, key=lambda each: each["name"].casefold())


def found(organization: Organization, words: str, kept_out: Collection[str]) -> dict[str, Any]:
    """Return what a page says of a search: its words, who was found, whether there are more.

    Who is kept out already isn't offered again.
    """
    kind = KINDS["person"]
    people = searching.found(organization, kind, words=words).exclude(sourced_id__in=kept_out)
    listed = list(people[: HITS + 1]) if words else []
    return {
        "words": words,
        "hits": described(organization, kind, listed[:HITS]),
        "more": len(listed) > HITS,
    }
