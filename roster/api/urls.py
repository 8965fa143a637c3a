"""Routes made from the table of operations.

An id may contain slashes and arrives decoded (WSGI servers hide the raw path), so a single's
route takes the whole rest of the path. A trailing slash is answered as without one.
"""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from roster.api.operations import OPERATIONS
from roster.api.views import CollectionView, NothingHere, SingleView


def _routes() -> list[URLPattern]:
    routes: list[URLPattern] = []
    for operation in OPERATIONS:
        if operation.many:
            view = CollectionView.as_view(operation=operation)
            routes.append(re_path(rf"^{operation.path}/?\Z", view))
        else:
            single = SingleView.as_view(operation=operation)
            routes.append(path(f"{operation.path}/<path:sourced_id>", single))
    routes.append(re_path(r"^ims/oneroster/(?P<rest>(?s:.*))\Z", NothingHere.as_view()))
    return routes


urlpatterns = _routes()
