"""The public documentation for vendor engineers, made from the tables that the API runs on.

Paths, scopes, fields, limits, error codes and refusals are never written twice: what can be
read from a table is read from it. The pages have nobody's data, need no session and make no
query. They are in English only, as are OneRoster's words and the API's own messages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_safe
from oauth2_provider.settings import oauth2_settings

from connections import runs
from connections.information import PATHS, TOKEN_PATH, guidelines
from connections.models import SHARES
from connections.scopes import SCOPES
from connections.standing import REFUSALS
from portal import articles, examples
from roster.api.addresses import origin_of
from roster.api.faults import FAULTS, Fault
from roster.api.openapi import discovery
from roster.api.openapi.document import SERVICES
from roster.api.operations import BUNDLES, OPERATIONS, WRITES, Operation
from roster.api.parameters import DEFAULT_LIMIT, MOST_LIMIT
from roster.api.scopes import SCOPE_BASES, short
from roster.api.summaries import AREAS, area_of, gives
from roster.api.write_views import MOST_AT_ONCE
from roster.dialects.fields import FIELDS, V11, V12, Field, Type
from roster.dialects.paths import FOLDED
from roster.dialects.references import TARGETS, base_path
from roster.models import Organization
from roster.reading.predicates import MOST_VALUES
from roster.reading.query import MOST_CLAUSES, PREDICATES

TOKEN_LIVES: int = oauth2_settings.ACCESS_TOKEN_EXPIRE_SECONDS

COMPARISONS = (
    # what is compared, how
    ("text", "{} of users compare without case, all other text by UNICODE and with it."),
    ("~", "Contains, without case. On dates and numbers it looks at them as they are written."),
    ("numbers", "As numbers: 9 is less than 10, and 87 equals 87.0."),
    ("days, moments", "As instants. Without a zone they are in UTC, a day alone is its midnight."),
    ("booleans", "The texts true and false, in any case."),
    (
        "lists",
        "Any one value may meet it, and != is the opposite of =. 'a,b' is the whole list, of up "
        f"to {MOST_VALUES} values.",
    ),
    ("references", "school means school.sourcedId. Parts are named with dots, through lists too."),
    ("metadata", "metadata.x is a column x of the district, as text."),
    ("no value", "Meets != and nothing else. A withheld field meets nothing at all."),
    ("quotes", "A quote in a value is written twice; O'Brien is understood as it is, too."),
)
"""How the predicates of a filter compare."""

TYPES = {
    Type.STRING: "text",
    Type.STATUS: "active or tobedeleted",
    Type.INSTANT: f"moment in UTC: {examples.SINCE}",
    Type.DATE: "day: 2026-01-31",
    Type.BOOLEAN: '"true" or "false", as text',
    Type.NUMBER: "number",
    Type.STRINGS: "list of texts",
    Type.REFERENCE: "reference to",
    Type.REFERENCES: "list of references to",
    Type.METADATA: "object with the district's further columns",
    Type.OBJECTS: "list of objects",
}

TOKEN_ERRORS = (
    (400, "invalid_request", "The body can't be read, or credentials are given twice and differ."),
    (401, "invalid_client", "The client ID or secret is wrong, or the connection was closed."),
    (400, "unauthorized_client", "The connection is disabled, suspended or expired."),
    (400, "invalid_scope", "None of the scopes asked for is yours. The answer names yours."),
    (400, "unsupported_grant_type", "The one grant type is client_credentials."),
    (405, "invalid_request", "Only POST is answered."),
    (503, "temporarily_unavailable", "The service is busy. Wait as Retry-After says."),
)

STATUSES = (
    # status, the token endpoint's answer, the API's answer
    ("active", "200", "200"),
    ("paused", "200", "200"),
    ("disabled", "400 unauthorized_client", "403"),
    ("suspended", "400 unauthorized_client", "403"),
    ("expired", "400 unauthorized_client", "403"),
    ("closed", "401 invalid_client", "401"),
)

GRANTED = {
    "active": "You read what the district shares.",
    "paused": "You go on reading what was published when the district paused, and write nothing.",
}
"""What a vendor sees where it isn't refused."""


_HEADING = re.compile(r'<h[23][^>]*><a href="#([\w-]+)">([^<]+)</a></h[23]>')


@require_safe
def start(request: HttpRequest) -> TemplateResponse:
    """Where a vendor engineer begins: four lines, a token, a first read, pages, changes."""
    context = {
        **around("start"),
        **_common(request, V12),
        "paths": _bases(origin_of(request)),
    }
    return TemplateResponse(request, "docs/start.html", context)


@require_safe
def reference(request: HttpRequest, version: str) -> TemplateResponse:
    """The whole API of one version, for looking things up."""
    if version not in FIELDS:
        raise Http404
    base = origin_of(request)
    context = {
        **around(version),
        **_common(request, version),
        "other": V12 if version == V11 else V11,
        "services": _services(base, version),
        "scopes": [scope for scope in SCOPES if version in scope.versions],
        "prefix": SCOPE_BASES[version],
        "granted": examples.granted(version, TOKEN_LIVES),
        "areas": areas(version),
        "writes": [_row(each) for each in WRITES if each.version == version],
        "gradebook": base_path(version, "gradebook"),
        "most_at_once": f"{MOST_AT_ONCE:,}",
        "bundle": next(f"/{each.path}" for each in BUNDLES if each.version == version),
        "predicates": PREDICATES,
        "most_clauses": MOST_CLAUSES,
        "comparisons": _comparisons(version),
        "filters": [
            (name, words) for name, words, versions in examples.FILTERS if version in versions
        ],
        "warns": version == V11,
        "collections": [(name, fields(version, name)) for name in FIELDS[version]],
        "errors": [
            (fault.status_in(version), _minors(version, fault), fault.meaning, fault.cure)
            for fault in FAULTS
        ],
        "documents": _documents(base, version),
        "error_body": examples.error(version),
        "token_errors": TOKEN_ERRORS,
        "statuses": [
            (status, REFUSALS.get(status) or GRANTED[status], token, api)
            for status, token, api in STATUSES
        ],
        "user": examples.user(base, version),
        "tombstone": examples.removed(base, version),
        "tombstone_days": Organization._meta.get_field("tombstone_days").default,
    }
    return TemplateResponse(request, "docs/reference.html", context)


def parts(request: HttpRequest) -> Iterator[articles.Part]:
    """Return what a search looks through on these pages: a part for each heading."""
    pages = [("Start here", reverse("docs"), start(request))]
    for version in sorted(FIELDS, reverse=True):
        address = reverse("docs_version", args=[version])
        pages.append((f"OneRoster {version}", address, reference(request, version)))
    for title, address, answer in pages:
        page = answer.render().content.decode()
        _, *found = _HEADING.split(page[page.index("<main") : page.index("</main>")])
        for anchor, heading, html in zip(found[::3], found[1::3], found[2::3], strict=True):
            yield articles.Part(
                title, articles.plain(heading), f"{address}#{anchor}", articles.plain(html)
            )


def areas(version: str) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """Return `(area, title, rows)`, a row for each operation.

    A row is `{"path", "gives", "base", "envelope", "scopes"}`; `path` follows `base`.
    """
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for operation in OPERATIONS:
        if operation.version == version:
            rows = found.setdefault(area_of(operation), {})
            rows[operation.path] = _row(operation)
    return [(area, AREAS[area], list(rows.values())) for area, rows in found.items()]


def _row(operation: Operation) -> dict[str, Any]:
    base = next(
        base
        for base in sorted(set(PATHS[operation.version].values()))
        if f"/{operation.path}".startswith(base + "/")
    )
    path = f"/{operation.path}".removeprefix(base)
    return {
        "path": path,
        "method": operation.method,
        "base": base,
        "gives": gives(operation),
        "envelope": operation.envelope,
        "scopes": [short(scope) for scope in operation.scopes],
    }


def fields(version: str, collection: str) -> list[dict[str, Any]]:
    """Return a collection's fields in their order, parts of objects below them.

    `{"path", "type", "target", "to", "words", "extends", "required", "shared"}`: `path` is the
    name in its parts, `to` the collection that a reference leads to, `words` what can stand there,
    which a district may add to where it `extends`; `shared` is False where the district must tick
    the field first.
    """
    return [
        {
            "path": name.split("."),
            "type": TYPES[known.type],
            "target": known.target,
            "to": TARGETS[known.target][0] if known.target else "",
            "words": known.words.of(version) if known.words else (),
            "extends": known.words is not None and known.words.extends(version),
            "required": known.required,
            "shared": known.name not in SHARES and f"{collection}.{known.name}" not in SHARES,
        }
        for name, known in _flat(FIELDS[version][collection])
    ]


def _flat(known: tuple[Field, ...], above: str = "") -> Iterator[tuple[str, Field]]:
    for field in known:
        yield above + field.name, field
        yield from _flat(field.parts, f"{above}{field.name}.")


def around(here: str) -> dict[str, Any]:
    """Return what the frame of all pages of the documentation says; `here` may be a handbook."""
    book = here if here in articles.BOOKS else "developers"
    return {
        "versions": sorted(FIELDS, reverse=True),
        "here": here,
        "guides": [
            (articles.address_of(book, name), title) for name, title in articles.contents(book)
        ],
    }


def _common(request: HttpRequest, version: str) -> dict[str, Any]:
    """Return what both pages speak of; the examples are of that version."""
    base = origin_of(request)
    token_url = base + TOKEN_PATH
    base_url = base + base_path(version, "rostering")
    return {
        "version": version,
        "base": base,
        "token_url": token_url,
        "base_url": base_url,
        "guidelines": guidelines(base, version),
        "curl": {
            **examples.CURL,
            "write": examples.write(base + base_path(version, "gradebook")),
            "lines": examples.CURL["lines"].format(token_url=token_url, base_url=base_url),
            "changes": examples.CURL["changes"].format(since=examples.SINCE),
            "newman": examples.CURL["newman"].format(version=version),
            "document": examples.CURL["document"].format(
                document=discovery.NAMES[version, SERVICES[version][0]][0]
            ),
        },
        "since": examples.SINCE,
        "default_limit": DEFAULT_LIMIT,
        "most_limit": f"{MOST_LIMIT:,}",
        "token_minutes": TOKEN_LIVES // 60,
        "idle_minutes": runs.IDLE.seconds // 60,
        "longest_hours": int(runs.LONGEST.total_seconds() // 3600),
    }


def _bases(base: str) -> list[tuple[str, str]]:
    return [(version, base + PATHS[version]["rostering"]) for version in sorted(PATHS)]


def _services(base: str, version: str) -> list[tuple[str, str]]:
    """Return each service's base URL, services that share one named together."""
    found: dict[str, list[str]] = {}
    for service, path in PATHS[version].items():
        found.setdefault(base + path, []).append(service)
    return [(", ".join(services).capitalize(), url) for url, services in found.items()]


def _minors(version: str, fault: Fault) -> list[tuple[str, str]]:
    """Return `(minor code, services)`; no services are named where all write it alike."""
    found: dict[str, list[str]] = {}
    for service in PATHS[version]:
        found.setdefault(fault.minor_in(version, service), []).append(service)
    if len(found) == 1:
        return [(minor, "") for minor in found]
    return [(minor, ", ".join(services)) for minor, services in found.items()]


def _comparisons(version: str) -> list[tuple[str, str]]:
    known = [field.name for field in FIELDS[version]["users"] if field.name in FOLDED]
    return [(what, words.format(", ".join(known))) for what, words in COMPARISONS]


def _documents(base: str, version: str) -> list[str]:
    """Return where the OpenAPI documents of a version are, one address for each."""
    return [
        base + discovery.paths_of(known, service)[0]
        for known, service in discovery.NAMES
        if known == version
    ]
