"""Routes made from the table of operations.

An id may contain slashes and arrives decoded (WSGI servers hide the raw path), so a single's
route takes the whole rest of the path, unless that ends like a nested list's. A trailing slash
is answered as without one.
"""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from roster.api.openapi import discovery
from roster.api.operations import ID, OPERATIONS
from roster.api.views import CollectionView, NothingHere, SingleView


def _routes() -> list[URLPattern]:
    routes: list[URLPattern] = discovery.routes()
    # The more ids a path has, the more exactly it says what is meant.
    for operation in sorted(OPERATIONS, key=lambda each: -len(each.parents)):
        if operation.many:
            pattern = ID.sub(r"(?P<\1>(?s:.+?))", operation.path)
            view = CollectionView.as_view(operation=operation)
            routes.append(re_path(rf"^{pattern}/?\Z", view))
    for operation in OPERATIONS:
        if not operation.many:
            plain = operation.path.removesuffix("/{sourcedId}")
            single = SingleView.as_view(operation=operation)
            routes.append(path(f"{plain}/<path:sourced_id>", single))
    routes.append(re_path(r"^ims/oneroster/(?P<rest>(?s:.*))\Z", NothingHere.as_view()))
    return routes


urlpatterns = _routes()
