"""The addresses in an answer: where this installation is, and the pages beside the one given."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

from roster.api.errors import BAD_FILTER, BadRequest
from roster.api.operations import OPERATIONS
from roster.api.parameters import MOST_LIMIT, Asked
from roster.dialects.references import V12_BASES
from roster.dialects.vocabularies import V12

MOST_IN_LINKS = 3500
"""Characters: a proxy with its usual settings takes heads of 4 KB, and answers 502 beyond."""

TOO_LONG = (
    "With parameters as long as these the next page can't be named. Ask for shorter parts, or for "
    f"all in one page: limit may be {MOST_LIMIT:,}."
)


def origin_of(request: HttpRequest | Request) -> str:
    """Return scheme and host as vendors reach them: as configured, else as they were asked for."""
    return settings.PUBLIC_URL or f"{request.scheme}://{request.get_host()}"


def elsewhere(path: str) -> str:
    """Return which base of 1.2 has the list that was looked for below another one; else nothing.

    What it says is our own words: a path may hold anything.
    """
    for base in V12_BASES.values():
        word = path.removeprefix(f"{base}/").strip("/")
        for each in OPERATIONS:
            if each.version == V12 and each.many and f"/{each.path}".endswith(f"/v1p2/{word}"):
                return f"/{word} is below {V12_BASES[each.service]}."
    return ""


def links(request: Request, here: str, asked: Asked, total: int) -> str:
    """Return the `Link` header of the list at `here`: first, prev, next, last.

    Every other parameter is kept. Commas are percent-encoded, because clients split the header
    at them. Where a long filter leaves no room, only the link that a reader needs to go on stands
    there; refused where it can't, for whoever follows links would take a part for the whole.
    """
    others = [
        (name, value)
        for name, values in request.query_params.lists()
        for value in values
        if name not in ("limit", "offset")
    ]
    query = urlencode([*others, ("limit", asked.limit)], quote_via=quote)

    def link(offset: int, relation: str) -> str:
        return f'<{here}?{query}&offset={offset}>; rel="{relation}"'

    last = max(0, (total - 1) // asked.limit * asked.limit)
    relations = {"first": link(0, "first")}
    if asked.offset > 0:
        relations["prev"] = link(max(0, min(asked.offset - asked.limit, last)), "prev")
    if asked.offset + asked.limit < total:
        relations["next"] = link(asked.offset + asked.limit, "next")
    relations["last"] = link(last, "last")
    for relation in ("first", "last", "prev"):
        if len(", ".join(relations.values())) > MOST_IN_LINKS:
            relations.pop(relation, None)
    if len(relations.get("next", "")) > MOST_IN_LINKS:
        raise BadRequest(TOO_LONG, BAD_FILTER)
    return ", ".join(relations.values())
