"""Who calls the API: one query from a bearer token to the reader it stands for.

The hot path, so plain SQL and plain values: no model instance, no second query. A connection's
status is read with the token at each call, so a suspension holds at once, on every node.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import TooManyFieldsSent
from django.db import connection as database
from django.http import QueryDict
from oauth2_provider.models import get_access_token_model
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import (
    APIException,
    AuthenticationFailed,
    NotAuthenticated,
    PermissionDenied,
)
from rest_framework.request import Request

from connections.belonging import IDLE, LONGEST, Pin
from connections.models import Client, Connection, Run
from connections.networks import refusal as refusal_of_address
from connections.presented import is_oauth_1
from connections.progress import mark
from connections.runs import MOST_RUNS, ConnectionRun
from connections.scopes import allowed_for
from connections.standing import CLOSED, REFUSALS, standing
from roster.api.errors import BadRequest
from roster.api.reader import Reader
from roster.api.tracing import trace
from roster.clock import clock
from roster.database import prepared
from roster.models import Feed, Gradebook, Organization, Publication

REALM = 'Bearer realm="Rosterdesk"'
BEARER = re.compile(r"bearer(?: +(?P<token>\S+))?", re.IGNORECASE)

NO_TOKEN = (
    "Send an access token: Authorization: Bearer, then the token. The Token URL gives it for "  # noqa: S105
    "client ID and secret; see /docs/."
)
UNKNOWN = "The access token is not known; ask for a new one."
EXPIRED = "The access token has expired; ask for a new one."
OAUTH_1 = "OAuth 1 is not supported. Get an access token with OAuth 2 client credentials."

JSON_OF_PINS = {"cut", "tokens", "lists"}
ARRAYS = {
    "postgresql": f"json_agg(json_build_array({', '.join(Pin._fields)}))",
    "sqlite": "json_group_array(json_array({}))".format(
        ", ".join(f"json({name})" if name in JSON_OF_PINS else name for name in Pin._fields)
    ),
}
ROWS = {"postgresql": "CAST(json_build_array({}) AS text)", "sqlite": "json_array({})"}
"""How each engine gives several rows, and one, as one value.

A driver that makes Python's values of twenty columns takes as long as the query.
"""

NEWEST = f"""
(SELECT id FROM {Run._meta.db_table} newest WHERE newest.connection_id = connection.id
  ORDER BY newest.began DESC, newest.id DESC LIMIT 1)
"""  # noqa: S608 - names of our own tables
PINS = f"""
(SELECT {{array}} FROM (
    SELECT run.id, read.id publication, read.number, read.revision, read.cut,
           run.began, run.last, run.tokens, run.lists
      FROM (SELECT * FROM {Run._meta.db_table} latest WHERE latest.connection_id = connection.id
             ORDER BY latest.last DESC LIMIT {MOST_RUNS}) run
      JOIN {Publication._meta.db_table} read ON read.id = run.publication_id AND read.listed
     WHERE run.began > %s AND run.last > %s
     ORDER BY run.last DESC) going_on)
"""  # noqa: S608
"""The latest are taken first and then looked at: a plan that is good for any number of runs, so
that PostgreSQL keeps it instead of planning anew."""
LAST_DAY = """
CASE WHEN connection.expires IS NULL OR connection.agreement_ends < connection.expires
     THEN connection.agreement_ends ELSE connection.expires END
"""
COLUMNS = {
    "token_expires": "token.expires",
    "scope": "token.scope",
    "connection": "connection.id",
    "organization": "connection.organization_id",
    "version": "connection.oneroster",
    "types": "connection.types",
    "shares": "connection.shares",
    "status": "connection.status",
    "last_day": LAST_DAY,
    "partner": "COALESCE(connection.partner_id, 0)",
    "networks": "connection.networks",
    "time_zone": "organization.time_zone",
    "last_number": "organization.last_number",
    "acts": "organization.acts",
    "last_write": "COALESCE(gradebook.last, 0)",
    "feed": "feed.id",
    "publication": "COALESCE(head.id, 0)",
    "number": "COALESCE(head.number, 0)",
    "revision": "COALESCE(head.revision, 0)",
    "cut": "head.cut",
    "newest": f"COALESCE({NEWEST}, 0)",
    "pins": PINS,
}
"""What is asked of the database for each field of `Found`."""

FROM = f"""
  FROM {get_access_token_model()._meta.db_table} token
  JOIN {Client._meta.db_table} client ON client.id = token.application_id
  JOIN {Connection._meta.db_table} connection ON connection.id = client.connection_id
  JOIN {Organization._meta.db_table} organization ON organization.id = connection.organization_id
  LEFT JOIN {Gradebook._meta.db_table} gradebook ON gradebook.organization_id = organization.id
  LEFT JOIN {Feed._meta.db_table} feed ON feed.id = connection.feed_id
  LEFT JOIN {Publication._meta.db_table} head ON head.id = feed.publication_id AND head.listed
 WHERE token.token_checksum = %s
"""
SQL = {
    engine: f"SELECT {row.format(', '.join(COLUMNS.values()))}".format(array=ARRAYS[engine]) + FROM
    for engine, row in ROWS.items()
}


@dataclass(frozen=True, slots=True)
class Found:
    """What the database knows of a token: its connection, and what that one reads.

    `last_number`, `acts` and `last_write` are the organization's, `newest` the connection's newest
    run, `pins` its runs that go on.
    """

    token_expires: datetime
    scope: str
    connection: int
    organization: int
    version: str
    types: list[str]
    shares: list[str]
    status: str
    last_day: date | None
    partner: int
    networks: list[str]
    time_zone: str
    last_number: int
    acts: int
    last_write: int
    feed: int | None
    publication: int
    number: int
    revision: int
    cut: dict[str, Any]
    newest: int
    pins: tuple[Pin, ...]

    def refused(self, address: str) -> APIException | None:
        """Return why the token opens nothing now, from there, if so: a 401 or 403 in words."""
        current = standing(self.status, self.last_day, self.time_zone)
        if current == CLOSED:
            return AuthenticationFailed(REFUSALS[CLOSED])
        if self.token_expires <= clock():
            return AuthenticationFailed(EXPIRED)
        if words := refusal_of_address(self.networks, address):
            return PermissionDenied(words)
        return PermissionDenied(REFUSALS[current]) if current in REFUSALS else None

    def reader(self, token: str) -> Reader:
        """Return the reader at the head, and its run, which will say what it goes on reading.

        Its scopes are those of the token that the connection still has.
        """
        has = allowed_for(self.version, self.types, self.shares)
        return Reader(
            connection=self.connection,
            organization=self.organization,
            version=self.version,
            feed=self.feed,
            publication=self.publication,
            number=self.number,
            revision=self.revision,
            cut=self.cut,
            last_number=self.last_number,
            acts=self.acts,
            last_write=self.last_write,
            vendor=self.partner,
            program=mark(token),
            paused=self.status == Connection.Status.PAUSED,
            scopes=frozenset(self.scope.split()).intersection(has),
            run=ConnectionRun(
                connection=self.connection,
                token=mark(token),
                last_number=self.last_number,
                newest=self.newest,
                pins=self.pins,
            ),
        )


class ConnectionAuthentication(BaseAuthentication):
    """DRF's way in: `request.auth` is the `Reader`, `request.user` is nobody.

    401 in words: no token, one that is unknown or expired, a closed connection, OAuth 1.
    403 in words: an address that isn't of its networks; a connection that is disabled, suspended
    or expired.
    """

    def authenticate(self, request: Request) -> tuple[None, Reader]:
        authorization = request.headers.get("Authorization", "")
        if is_oauth_1(authorization, _parameters(request)):
            raise AuthenticationFailed(OAUTH_1)
        bearer = BEARER.fullmatch(authorization.strip())
        if bearer is None or bearer["token"] is None:
            raise NotAuthenticated(NO_TOKEN)
        found = find(bearer["token"])
        if found is None:
            raise AuthenticationFailed(UNKNOWN)
        refused = found.refused(request.META.get("REMOTE_ADDR", ""))
        trace(request._request, found.connection).reason = str(refused.detail) if refused else ""
        if refused:
            raise refused
        return None, found.reader(bearer["token"])

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge; `invalid_token` where one was sent (RFC 6750, 3.1)."""
        bearer = BEARER.fullmatch(request.headers.get("Authorization", "").strip())
        sent = bearer is not None and bearer["token"] is not None
        return f'{REALM}, error="invalid_token"' if sent else REALM


def _parameters(request: Request) -> QueryDict:
    """Return the query's parameters; a 400 in words where they are too many to be looked at."""
    try:
        return request.query_params
    except TooManyFieldsSent:
        most = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
        raise BadRequest(f"A request may have up to {most:,} parameters.") from None


def find(token: str) -> Found | None:
    """Return what is known of an access token, in one query; None for an unknown one."""
    checksum, now = hashlib.sha256(token.encode()).hexdigest(), clock()
    since = [database.ops.adapt_datetimefield_value(now - most) for most in (LONGEST, IDLE)]

    row = prepared.first(lambda: prepared.value(SQL[database.vendor], [*since, checksum]))
    if row is None:
        return None
    named = dict(zip(COLUMNS, orjson.loads(row), strict=True))
    return Found(**{**named, **{name: of(named[name]) for name, of in READ.items()}})


def _pins(value: Any) -> tuple[Pin, ...]:
    pins = (Pin(*each) for each in _json(value) or ())
    return tuple(pin._replace(began=_moment(pin.began), last=_moment(pin.last)) for pin in pins)


def _moment(value: Any) -> datetime:
    """Return a time as either engine gives it: SQLite's has no zone, and is in UTC."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _json(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, (str, bytes)) else value


READ: dict[str, Callable[[Any], Any]] = {
    "token_expires": _moment,
    "types": _json,
    "shares": _json,
    "last_day": _day,
    "networks": _json,
    "cut": lambda value: _json(value) or {},
    "pins": _pins,
}
"""How a column is read that JSON gives as text, or only one engine's as JSON."""
