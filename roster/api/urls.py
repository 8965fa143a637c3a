"""Routes made from the table of operations.

An id may contain slashes and arrives decoded (WSGI servers hide the raw path), so a single's
route takes the whole rest of the path, unless that ends like a nested list's. A trailing slash
is answered as without one.
"""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from roster.api.bundle import BundleView
from roster.api.openapi import discovery
from roster.api.operations import BUNDLES, ID, OPERATIONS
from roster.api.views import CollectionView, NothingHere, SingleView


def _routes() -> list[URLPattern]:
    routes: list[URLPattern] = discovery.routes()
    # The more ids a path has, the more exactly it says what is meant.
    for operation in sorted(OPERATIONS, key=lambda each: -len(each.parents)):
        if operation.many:
            view = CollectionView.as_view(operation=operation)
            routes.append(re_path(_list(operation.path), view))
    for operation in OPERATIONS:
        if not operation.many:
            plain = operation.path.removesuffix("/{sourcedId}")
            single = SingleView.as_view(operation=operation)
            routes.append(path(f"{plain}/<path:sourced_id>", single))
    for operation in BUNDLES:
        routes.append(re_path(_list(operation.path), BundleView.as_view(operation=operation)))
    routes.append(re_path(r"^ims/oneroster/(?P<rest>(?s:.*))\Z", NothingHere.as_view()))
    return routes


def _list(path: str) -> str:
    """Return the pattern of a list's path.

    What the path ends with is looked at first: of two ids each slash could be the one between
    them, and to try them all would take seconds for a path of many slashes.
    """
    last = path.rpartition("}")[2]
    pattern = ID.sub(r"(?P<\1>(?s:.+?))", path)
    return rf"^(?=(?s:.*){last}/?\Z){pattern}/?\Z"


urlpatterns = _routes()
