"""The token endpoint: credentials in, an access token out, errors as RFC 6749 words them."""

from __future__ import annotations

import json
import logging
import time

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from oauth2_provider.settings import oauth2_settings
from oauthlib.common import urlencode
from oauthlib.oauth2 import BackendApplicationServer, OAuth2Error

from connections.oauth import Validator
from connections.presented import is_oauth_1
from roster.api.errors import RETRY_AFTER
from roster.api.tracing import trace

log = logging.getLogger(__name__)

PARAMETERS = ("grant_type", "scope", "client_id", "client_secret", "token", "token_type_hint")
"""What is read; consumers send more (`appName`, `username`), which is ignored."""

CHALLENGE = 'Basic realm="Rosterdesk"'

DESCRIPTIONS = {
    "invalid_client": "The client id or the client secret is wrong.",
    "unsupported_grant_type": "The one grant type supported is client_credentials.",
}
"""What an error means, where the rule that refused didn't say."""

BUSY = "The service is busy. Ask again in a few seconds."

OAUTH_1 = (
    "OAuth 1 is not supported. Ask for a token with the OAuth 2 client credentials grant, "
    "and send it as a bearer token."
)
NO_JSON = "Send the parameters form-encoded (application/x-www-form-urlencoded), not as JSON."


REFUSALS_LOGGED = 60
"""How many wrong credentials of a connection are logged in a minute."""


class Twice(Exception):
    """A parameter stands twice in the body, or twice in the query (RFC 6749, 3.2)."""


@csrf_exempt
@login_not_required
def token(request: HttpRequest) -> HttpResponse:
    """Give an access token for client credentials (RFC 6749, 4.4)."""
    return _serve(request, "token")


@csrf_exempt
@login_not_required
def revoke(request: HttpRequest) -> HttpResponse:
    """End an access token of the client that asks (RFC 7009)."""
    return _serve(request, "revoke")


def _serve(request: HttpRequest, endpoint: str) -> HttpResponse:
    if request.method != "POST":
        answer = _refused(
            405, "invalid_request", "Use POST, with grant_type=client_credentials; see /docs/."
        )
        answer["Allow"] = "POST"
        return answer
    try:
        parameters = _parameters(request)
    except Twice as twice:
        return _refused(400, "invalid_request", str(twice))
    except (BadRequest, SuspiciousOperation, MultiPartParserError, UnreadablePostError):
        return _refused(400, "invalid_request", "The body can't be read.")
    authorization = request.headers.get("Authorization", "")
    if is_oauth_1(authorization, parameters or ()):
        return _refused(401, "invalid_client", OAUTH_1)
    if parameters is None:
        return _refused(400, "invalid_request", NO_JSON)
    try:
        return _answered(request, endpoint, authorization, parameters)
    except (OperationalError, InterfaceError):
        log.exception("The database could not answer the token endpoint.")
        answer = _refused(503, "temporarily_unavailable", BUSY)
        answer["Retry-After"] = str(RETRY_AFTER)
        return answer


def _answered(
    request: HttpRequest, endpoint: str, authorization: str, parameters: QueryDict
) -> HttpResponse:
    validator = Validator()
    validator.address = request.META.get("REMOTE_ADDR", "")
    server = BackendApplicationServer(validator, **oauth2_settings.server_kwargs)
    create = {
        "token": server.create_token_response,
        "revoke": server.create_revocation_response,
    }[endpoint]
    try:
        _, body, status = create(
            request.path, "POST", _encoded(parameters), {"Authorization": authorization}
        )
    except OAuth2Error as error:
        body, status = error.json, error.status_code
    if status == 200:
        _note(request, endpoint, validator.asking, validator.remark)
        return _json(body, 200)
    said = json.loads(body)
    words = said.get("error_description", "") or DESCRIPTIONS.get(said["error"], "")
    # A client id is no secret: refusals are logged up to a number, or anybody could fill the log.
    if status != 401 or _refusals(validator.asking) <= REFUSALS_LOGGED:
        _note(request, endpoint, validator.asking, words)
    return _refused(status, said["error"], words)


def _parameters(request: HttpRequest) -> QueryDict | None:
    """Return the parameters of query and body together; None where the body is JSON.

    The query may hold a secret, so the request forgets it here, before anything can log it.
    """
    both = QueryDict(mutable=True)
    both.update(request.GET)
    request.META["QUERY_STRING"] = ""
    request.GET = QueryDict()  # type: ignore[assignment]
    if request.content_type == "multipart/form-data":
        return _joined(both, request.POST)
    body = request.body.strip()
    if body[:1] in (b"{", b"["):
        return None
    # Some consumers send a form under no content type, or under a wrong one.
    return _joined(both, QueryDict(body, encoding="utf-8"))


def _joined(query: QueryDict, body: QueryDict) -> QueryDict:
    for place in (query, body):
        for name in PARAMETERS:
            if len(place.getlist(name)) > 1:
                raise Twice(f"{name} was sent twice.")
    for name, values in body.lists():
        query.setlist(name, [*query.getlist(name), *values])
    return query


def _encoded(parameters: QueryDict) -> str:
    """Return what is read of the parameters as a form; what query and body both say, once."""
    pairs = dict.fromkeys(
        (name, value.strip())
        for name in PARAMETERS
        for value in parameters.getlist(name)
        if value.strip()
    )
    return str(urlencode(list(pairs)))


def _refused(status: int, error: str, words: str) -> HttpResponse:
    said = {"error": error, **({"error_description": words} if words else {})}
    answer = _json(json.dumps(said), status)
    if status == 401:
        answer["WWW-Authenticate"] = CHALLENGE
    return answer


def _json(body: str, status: int) -> HttpResponse:
    answer = HttpResponse(body or "{}", status=status, content_type="application/json")
    answer["Cache-Control"] = "no-store"
    answer["Pragma"] = "no-cache"
    return answer


def _refusals(connection: int | None) -> int:
    """Count one more refusal of a connection, and return how many there were in this minute.

    A client that nobody has is counted too, or the time taken would tell that nobody has it.
    """
    name = f"refused:{connection}:{int(time.time()) // 60}"
    cache.add(name, 0, 120)
    try:
        return int(cache.incr(name))
    except ValueError:
        # It expired between the two calls: another minute has begun.
        return 1


def _note(request: HttpRequest, endpoint: str, connection: int | None, reason: str) -> None:
    """Leave for the request log whose connection asked, and why it was refused, or a remark."""
    if connection is not None:
        traced = trace(request, connection)
        traced.endpoint, traced.reason = endpoint, reason
