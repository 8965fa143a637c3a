"""Routes made from the table of operations.

An id may contain slashes and arrives decoded (WSGI servers hide the raw path), so a single's
route takes the whole rest of the path, unless that ends like a nested list's. A trailing slash
is answered as without one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, include, path, re_path

from roster.api.base import NothingHere, OneRosterView
from roster.api.bundle import BundleView
from roster.api.openapi import discovery
from roster.api.operations import BUNDLES, ID, OPERATIONS, WRITES, Operation
from roster.api.views import CollectionView, SingleView
from roster.api.write_views import CollectionPostingView, PostingView, SingleWritingView
from roster.dialects.references import base_path

Route = URLPattern | URLResolver
Known = tuple[Operation, URLPattern]

OFTEN = ("rostering", "users", "enrollments", "classes", "courses", "orgs")
"""Parts of paths that are asked for most, which are tried first."""


def _routes() -> list[Route]:
    """Return the routes in drawers: by service, and in each by the word behind its base.

    So a request tries some twenty patterns instead of all.
    """
    routes: list[Route] = []
    for base, in_service in groupby(_often_first(_operations(), _base), key=_base):
        words = [
            _below(f"{base}/{word}", [route for _, route in of_word])
            for word, of_word in groupby(_often_first(in_service, _word), key=_word)
        ]
        routes.append(_below(base, words))
    routes += discovery.routes()
    routes.append(re_path(r"^ims/oneroster/(?P<rest>(?s:.*))\Z", NothingHere.as_view()))
    return routes


def _operations() -> list[Known]:
    """Return each operation with its route, in the order in which those of one word are tried."""
    routes: list[Known] = []
    # The more ids a path has, the more exactly it says what is meant.
    read = {operation.path for operation in OPERATIONS}
    posted = [operation for operation in WRITES if operation.many and operation.path not in read]
    for operation in sorted((*OPERATIONS, *posted), key=lambda each: -len(each.parents)):
        if operation.many:
            routes.append((operation, re_path(_list(operation.path), _view(operation))))
    for operation in OPERATIONS:
        if not operation.many:
            plain = operation.path.removesuffix("/{sourcedId}")
            routes.append((operation, path(f"{plain}/<path:sourced_id>", _view(operation))))
    for operation in BUNDLES:
        view = BundleView.as_view(operation=operation)
        routes.append((operation, re_path(_list(operation.path), view)))
    return routes


def _often_first(routes: Iterable[Known], part: Callable[[Known], str]) -> list[Known]:
    """Return routes in the order of a part of their paths, those first that are asked for often."""

    def place(known: Known) -> tuple[int, str]:
        named = next((at for at, each in enumerate(OFTEN) if each in part(known)), len(OFTEN))
        return named, part(known)

    return sorted(routes, key=place)


def _base(known: Known) -> str:
    return base_path(known[0].version, known[0].service).removeprefix("/")


def _word(known: Known) -> str:
    return known[0].path.removeprefix(f"{_base(known)}/").partition("/")[0]


def _below(prefix: str, routes: Sequence[Route]) -> URLResolver:
    """Return routes, which name their whole path, as one that is tried below a prefix only."""
    return re_path(rf"^(?={re.escape(prefix)}(?:/|\Z))", include(list(routes)))


def _view(operation: Operation) -> Callable[..., HttpResponseBase]:
    """Return the view of a path: what is read there, and what can be written."""
    writes = {each.method: each for each in WRITES if each.path == operation.path}
    if operation.method == "POST":
        view: type[OneRosterView] = PostingView
    elif operation.many:
        view = CollectionPostingView if writes else CollectionView
    else:
        view = SingleWritingView if writes else SingleView
    names = [*view.http_method_names, *(method.lower() for method in writes)]
    return view.as_view(operation=operation, writes=writes, http_method_names=names)


def _list(path: str) -> str:
    """Return the pattern of a list's path.

    What the path ends with is looked at first: of two ids each slash could be the one between
    them, and to try them all would take seconds for a path of many slashes.
    """
    last = path.rpartition("}")[2]
    pattern = ID.sub(r"(?P<\1>(?s:.+?))", path)
    return rf"^(?=(?s:.*){last}/?\Z){pattern}/?\Z"


urlpatterns = _routes()
