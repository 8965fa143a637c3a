"""What common but careless clients send is put in order before Django sees it.

Node, Dart and streaming proxies send bodies in chunks, without a length; Django reads as much as
the length says: nothing. Many clients send a body after its head, and a server that answers
before it has come hangs up on them: a GET fails that has one, and a refused write, whose reason is
lost. And where a Base URL or host was entered with a slash at its end, paths
have two. Vendors of a district that moved here may know the API by a path, which is taken off.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

from roster.api.tracing import PREFIX

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

MOST_AT_ONCE = 2_500_000
"""Bytes of a body that is taken in before it is answered; no vendor's write is longer, and uploads,
which are, have a length."""

_BASES = re.compile(
    r"/{1,3}(?:oauth2|docs|ims/+oneroster/+(?:v1p1|(?:rostering|gradebook|resources)/+v1p2))/+"
)
"""Where slashes count once. Behind a Base URL, ids may hold them."""


def entrance(application: Application, public_path: str = "") -> Application:
    """Return the application behind these mends; `public_path` is the path of PUBLIC_URL."""

    def mended(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
        length = 0 if chunked else int(environ.get("CONTENT_LENGTH") or 0)
        if chunked or 0 < length <= MOST_AT_ONCE:
            body = environ["wsgi.input"].read(length or MOST_AT_ONCE + 1)
            if len(body) > MOST_AT_ONCE or len(body) < length:
                said = "400 Bad Request" if length else "413 Content Too Large"
                start_response(said, [("Content-Length", "0")])
                return [b""]
            environ |= {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        path = environ.get("PATH_INFO", "")
        if public_path and path.startswith(f"{public_path}/"):
            path = environ["PATH_INFO"] = path.removeprefix(public_path)
            environ[PREFIX] = public_path
        if base := _BASES.match(path):
            environ["PATH_INFO"] = re.sub("/+", "/", base[0]) + path[base.end() :]
        return application(environ, start_response)

    return mended
