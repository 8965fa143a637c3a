"""Where the documents are found: below each service's base, under the names vendors look for.

1.2's binding and its conformance guide name them differently (specification 4.4); both are
answered. 1.1 names none: its one document has a like name.
"""

from __future__ import annotations

from hashlib import blake2b

import orjson
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, re_path, reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.csrf import csrf_exempt

from roster.api import errors
from roster.api.addresses import origin_of
from roster.api.openapi.document import ALL, document
from roster.dialects.fields import V11, V12
from roster.dialects.references import base_path

NAMES: dict[tuple[str, str], tuple[str, ...]] = {
    (V11, ALL): ("onerosterv1p1service_openapi3_v1p0.json",),
    (V12, "rostering"): (
        "onerosterv1p2rostersservice_openapi3_v1p0.json",
        "imsorv1p2_rostering_openapi3_v1p0.json",
    ),
    (V12, "gradebook"): (
        "onerosterv1p2gradebookservice_openapi3_v1p0.json",
        "imsorv1p2_gradebook_openapi3_v1p0.json",
    ),
    (V12, "resources"): (
        "onerosterv1p2resourcesservice_openapi3_v1p0.json",
        "imsorv1p2_resources_openapi3_v1p0.json",
    ),
}
"""File names by version and service, the binding's first."""

KEPT = 3600
"""Seconds for which a document may be kept without asking again."""


def paths_of(version: str, service: str) -> list[str]:
    """Return the paths of a document, from the host on."""
    base = base_path(version, service)
    return [f"{base}/discovery/{name}" for name in NAMES[version, service]]


@csrf_exempt
def show(request: HttpRequest, version: str, service: str) -> HttpResponse:
    """Answer a document to anybody: GET and HEAD, without a token."""
    if request.method not in ("GET", "HEAD"):
        words = "Only GET is possible here."
        return errors.answer(
            version,
            405,
            words,
            service="rostering" if service == ALL else service,
            headers={"Allow": "GET, HEAD"},
        )
    base = origin_of(request)
    body = orjson.dumps(document(version, service, base, base + reverse("token")))
    tag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    response = HttpResponse(
        body,
        content_type="application/json",
        headers={"ETag": tag, "Cache-Control": f"public, max-age={KEPT}"},
    )
    return get_conditional_response(request, etag=tag, response=response) or response


def routes() -> list[URLPattern]:
    return [
        re_path(rf"^{path.removeprefix('/')}/?\Z", show, {"version": version, "service": service})
        for version, service in NAMES
        for path in paths_of(version, service)
    ]
