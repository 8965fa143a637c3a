"""Who calls the API: one query from a bearer token to the reader it stands for.

The hot path, so plain SQL and plain values: no model instance, no second query. A connection's
status is read with the token at each call, so a suspension holds at once, on every node.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

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

from connections.models import Client, Connection, Reading
from connections.presented import is_oauth_1
from connections.runs import ConnectionRun, Pin
from connections.scopes import allowed_for
from connections.standing import CLOSED, REFUSALS, standing
from roster.api.errors import BadRequest
from roster.api.reader import Reader
from roster.clock import clock
from roster.models import Line, Organization
from roster.veils import Veil

REALM = 'Bearer realm="Rosterdesk"'
BEARER = re.compile(r"bearer(?: +(?P<token>\S+))?", re.IGNORECASE)

SOON = timedelta(minutes=1)
"""What was tightened is gone within a minute, or nothing is given at all."""

NO_TOKEN = "Send an access token: Authorization: Bearer, then the token."  # noqa: S105
UNKNOWN = "The access token is not known; ask for a new one."
EXPIRED = "The access token has expired; ask for a new one."
OAUTH_1 = "OAuth 1 is not supported. Get an access token with OAuth 2 client credentials."

SQL = f"""
SELECT token.expires, token.scope, held.id, held.organization_id, held.oneroster, held.types,
       held.shares, held.status, held.expires, held.held_at, held.since, organization.time_zone,
       organization.withdrawal_due, organization.withdrawing_until,
       line.withdrawal_due, pinned.withdrawal_due, held.reline_due,
       line.id, line.head, line.withdrawals, line.veil,
       reading.id, reading.line_id, reading.number, pinned.withdrawals,
       reading.began, reading.last, reading.lists, pinned.veil
  FROM {get_access_token_model()._meta.db_table} token
  JOIN {Client._meta.db_table} client ON client.id = token.application_id
  JOIN {Connection._meta.db_table} held ON held.id = client.connection_id
  JOIN {Organization._meta.db_table} organization ON organization.id = held.organization_id
  LEFT JOIN {Line._meta.db_table} line ON line.id = held.line_id
  LEFT JOIN {Reading._meta.db_table} reading ON reading.id = held.reading_id
  LEFT JOIN {Line._meta.db_table} pinned ON pinned.id = reading.line_id
 WHERE token.token_checksum = %s
"""  # noqa: S608 - names of our own tables


@dataclass(frozen=True, slots=True)
class Held:
    """What the database knows of a token: its connection, and what that one reads.

    `due` is since when something must be withdrawn from what it reads; `late` since when from
    whatever the organization publishes, while nobody is at it.
    """

    token_expires: datetime
    scope: str
    connection: int
    organization: int
    version: str
    types: list[str]
    shares: list[str]
    status: str
    expires: date | None
    pin: Pin | None
    held_at: int | None
    since: int
    due: datetime | None
    late: datetime | None
    time_zone: str
    line: int | None
    head: int | None
    withdrawals: int | None
    veil: Veil

    def refused(self) -> APIException | None:
        """Return why the token opens nothing now, if so: a 401 or 403 in words."""
        stands = standing(self.status, self.expires, self.time_zone)
        if stands == CLOSED:
            return AuthenticationFailed(REFUSALS[CLOSED])
        if self.token_expires <= clock():
            return AuthenticationFailed(EXPIRED)
        return PermissionDenied(REFUSALS[stands]) if stands in REFUSALS else None

    def reader(self) -> Reader:
        """Return the reader at the head, and its run, which will say what it goes on reading.

        Its scopes are those of the token that the connection still has.
        """
        number = self.held_at if self.held_at is not None else self.head
        has = allowed_for(self.version, self.types, self.shares)
        return Reader(
            connection=self.connection,
            organization=self.organization,
            version=self.version,
            line=self.line,
            number=number or 0,
            since=self.since,
            withdrawals=self.withdrawals or 0,
            veil=self.veil,
            scopes=frozenset(self.scope.split()).intersection(has),
            run=ConnectionRun(self.connection, self.pin),
            stopped=any(due and clock() - due > SOON for due in (self.due, self.late)),
        )


class ConnectionAuthentication(BaseAuthentication):
    """DRF's way in: `request.auth` is the `Reader`, `request.user` is nobody.

    401 in words: no token, one that is unknown or expired, a closed connection, OAuth 1.
    403 in words: a connection that is disabled, suspended or expired.
    """

    def authenticate(self, request: Request) -> tuple[None, Reader]:
        authorization = request.headers.get("Authorization", "")
        if is_oauth_1(authorization, _parameters(request)):
            raise AuthenticationFailed(OAUTH_1)
        bearer = BEARER.fullmatch(authorization.strip())
        if bearer is None or bearer["token"] is None:
            raise NotAuthenticated(NO_TOKEN)
        held = find(bearer["token"])
        if held is None:
            raise AuthenticationFailed(UNKNOWN)
        refused = held.refused()
        # For the request log, where no view comes to tell it.
        request._request.vendor = {  # type: ignore[attr-defined]
            "connection": held.connection,
            "reason": str(refused.detail) if refused else "",
        }
        if refused:
            raise refused
        return None, held.reader()

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


def find(token: str) -> Held | None:
    """Return what is held of an access token, in one query; None for an unknown one."""
    checksum = hashlib.sha256(token.encode()).hexdigest()
    with database.cursor() as cursor:
        cursor.execute(SQL, [checksum])
        row = cursor.fetchone()
    if row is None:
        return None
    expires, scope, pk, organization, version, types, shares, status, until, *rest = row[:21]
    held_at, since, zone, late, working, *dues = rest[:8]
    line, head, withdrawals, veil = rest[8:]
    at_work = working and _moment(working) > clock()
    return Held(
        _moment(expires),
        scope,
        pk,
        organization,
        version,
        _json(types),
        _json(shares),
        status,
        _day(until),
        _pin(*row[21:]),
        held_at,
        since,
        min((_moment(due) for due in dues if due), default=None),
        None if late is None or at_work else _moment(late),
        zone,
        line,
        head,
        withdrawals,
        _json(veil) or {},
    )


def _pin(pk: int | None, line: Any, number: Any, withdrawals: Any, *rest: Any) -> Pin | None:
    if pk is None:
        return None
    began, last, lists, veil = rest
    return Pin(
        pk,
        line,
        number,
        withdrawals or 0,
        _moment(began),
        _moment(last),
        _json(lists),
        _json(veil) or {},
    )


def _moment(value: Any) -> datetime:
    """Return a time as either engine gives it: SQLite's has no zone, and is in UTC."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, (str, bytes)) else value
