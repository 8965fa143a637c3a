"""Downloads for Postman: a collection of each version, and environments of this installation."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from connections.information import information, may_be_shared
from connections.models import Connection
from portal.access import AtDesk, connection_of, page
from portal.postman.collection import collection
from portal.postman.environment import environment
from roster.api.addresses import origin_of
from roster.clock import clock
from roster.dialects.fields import FIELDS


@require_safe
def download(request: HttpRequest, version: str, what: str) -> HttpResponse:
    """The collection of a version, or an environment without anybody's credentials."""
    if version not in FIELDS:
        raise Http404
    name = f"oneroster-{version}.postman_{what}.json"
    if what == "collection":
        return _file(name, collection(version))
    base = origin_of(request)
    return _file(name, environment(f"OneRoster {version} at {base}", base, clock()))


@page()
def of_connection(request: AtDesk, pk: int) -> HttpResponse:
    """The environment with everything but the secret, or the panel that says why not."""
    connection = connection_of(request.organization, pk)
    base = origin_of(request)
    if connection.status == Connection.Status.CLOSED or not may_be_shared(base):
        return redirect("connection_information", request.organization.slug, connection.pk)
    known = information(connection, base)
    return _file(
        f"{request.organization.slug}-{connection.pk}.postman_environment.json",
        environment(
            f"{known['vendor']}: {known['organization']}" + (" (test)" if "test" in known else ""),
            base,
            clock(),
            client_id=known["client_id"],
            scopes=known["scopes"],
        ),
    )


def _file(name: str, content: dict[str, Any]) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return JsonResponse(content, json_dumps_params={"indent": 2}, headers=headers)
