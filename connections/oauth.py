"""Who gets a token: the rules that django-oauth-toolkit asks at the token endpoint.

A client's secrets are `Secret` rows. The toolkit's own column stays blank and none of its
ways to compare it is left open: a stored hash it doesn't know it would take for the secret
itself. Only client credentials are granted, and of the scopes asked what the connection has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import islice
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db import connection as database
from django.db.models import Model
from django.db.models.sql.compiler import SQLCompiler
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.oauth2.rfc6749 import errors

from connections import credentials, scopes, tokens
from connections.models import Client, Connection, Secret
from connections.networks import refusal as refusal_of_address
from connections.presented import Disagreement, presented
from connections.standing import CLOSED, REFUSALS, refusal
from roster.database import bulk, prepared
from roster.models import Organization

OTHER_SCOPES = "The scopes asked for are the other version's; those of the connection were given."

ASKED: dict[type[Model], tuple[str, set[str]]] = {
    Secret: ("", {"id", "digest", "expires", "last_used", "connection_id"}),
    Connection: (
        "connection__",
        {"id", "status", "expires", "agreement_ends", "oneroster", "types", "shares", "networks",
         "organization_id"},
    ),
    Client: ("connection__client__", {"id", "client_id", "connection_id"}),
    Organization: ("connection__organization__", {"id", "time_zone"}),
}  # fmt: skip
"""The tables that decide about a token, the way to each, and of their hundred columns these."""

COLUMNS = {
    model: [field.attname for field in model._meta.concrete_fields if field.attname in names]
    for model, (_, names) in ASKED.items()
}
"""The same columns in the order in which a model takes them."""

CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{1,255}")


class Validator(OAuth2Validator):
    """The rules for one request from an `address`; `asking` is the connection whose client id it
    named, even in vain, and `secret` the one that it proved to know; `remark` is for the request
    log.
    """

    address = ""
    asking: int | None = None
    secret: Secret | None = None
    remark: str = ""

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Return whether the request proves to be its client's; `request.client` is set then.

        An unknown client costs the same as a wrong secret: one query, two comparisons.
        """
        request.client = None
        try:
            given = presented(
                request.headers.get("Authorization") or "", request.decoded_body or ()
            )
        except Disagreement:
            raise errors.InvalidRequestError(
                description="The credentials are given twice and differ.", request=request
            ) from None
        secrets = _live_secrets(given.client_id)
        if secrets:
            self.asking = secrets[0].connection_id
        place = credentials.matching(given.secret, [secret.digest for secret in secrets])
        if place is None:
            return False
        self.secret = secrets[place]
        client: Client = secrets[place].connection.client
        if client.connection.status == CLOSED:
            raise errors.InvalidClientError(description=REFUSALS[CLOSED], request=request)
        request.client, request.client_id = client, client.client_id
        return True

    def validate_grant_type(
        self, client_id: str, grant_type: str, client: Any, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        """Return whether it is the one grant; refuse a connection that may not read now."""
        connection = client.connection
        words = refusal_of_address(connection.networks, self.address) or refusal(
            connection.status, connection.last_day, connection.organization.time_zone
        )
        if words:
            raise errors.UnauthorizedClientError(description=words, request=request)
        return grant_type == "client_credentials"

    def validate_scopes(
        self, client_id: str, asked: list[str], client: Any, request: Any, *args: Any, **_: Any
    ) -> bool:
        """Narrow `request.scopes` to what the connection has; refuse if nothing remains."""
        allowed = scopes.allowed(client.connection)
        request.scopes = scopes.narrow(" ".join(asked).split(), allowed)
        if not request.scopes:
            raise errors.InvalidScopeError(
                description=f"This connection may have: {' '.join(allowed)}", request=request
            )
        if scopes.of_other_version(" ".join(asked).split(), client.connection.oneroster):
            self.remark = OTHER_SCOPES
        return True

    def get_default_scopes(self, client_id: str, request: Any, *args: Any, **_: Any) -> list[str]:
        return scopes.allowed(request.client.connection)

    def _create_access_token(self, expires: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Store a token, in the toolkit's transaction, with the secret that it ends with.

        Whose token is lost in a crash is told so, and asks for another.
        """
        bulk.never_wait()
        token = super()._create_access_token(expires, request, *args, **kwargs)
        if self.secret is not None:
            tokens.note(token, self.secret)
        return token

    def client_authentication_required(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        return True

    def authenticate_client_id(
        self, client_id: str, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        """Return False: naming a client proves nothing, for there are no public ones."""
        return False

    def _check_secret(self, provided_secret: str, stored_secret: str) -> bool:
        return False

    def _authenticate_basic_auth(self, request: Any) -> bool:
        return False

    def _authenticate_request_body(self, request: Any) -> bool:
        return False


def _live_secrets(client_id: str) -> list[Secret]:
    """Return the valid secrets of a client, the newest first, each with all that is asked of it.

    The same query is made for a client that nobody has.
    """
    compiler, sql = _look()
    named = client_id if CLIENT_ID.fullmatch(client_id) else ""
    rows = compiler.results_iter([prepared.first(lambda: prepared.rows(sql, [named]))])
    return [
        secret
        for secret in map(_secret, rows)
        if secret.expires is None or secret.expires >= secret.connection.organization.today()
    ][: credentials.AT_MOST]


@cache
def _look() -> tuple[SQLCompiler, str]:
    """Return the look at a client's secrets, put together once: it takes Django a millisecond."""
    columns = [ASKED[model][0] + name for model, names in COLUMNS.items() for name in names]
    found = Secret.objects.filter(connection__client__client_id="", ended__isnull=True)
    query = found.order_by("-pk").values_list(*columns).query
    compiler = query.get_compiler(connection=database)
    return compiler, compiler.as_sql()[0]


def _secret(row: Iterable[Any]) -> Secret:
    values = iter(row)
    made: list[Any] = [
        model.from_db(DEFAULT_DB_ALIAS, names, [*islice(values, len(names))])
        for model, names in COLUMNS.items()
    ]
    secret, connection, client, organization = made
    connection.organization = organization
    client.connection = secret.connection = connection
    found: Secret = secret
    return found
