"""Who gets a token: the rules that django-oauth-toolkit asks at the token endpoint.

A client's secrets are `Secret` rows. The toolkit's own column stays blank and none of its
ways to compare it is left open: a stored hash it doesn't know it would take for the secret
itself. Only client credentials are granted, and of the scopes asked what the connection has.
"""

from __future__ import annotations

import re
from typing import Any

from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.oauth2.rfc6749 import errors

from connections import credentials, scopes, tokens
from connections.models import Client, Secret
from connections.networks import refusal as refusal_of_address
from connections.presented import Disagreement, presented
from connections.standing import CLOSED, REFUSALS, refusal
from roster import bulk, prepared

OTHER_SCOPES = "The scopes asked for are the other version's; those of the connection were given."

ASKED = (
    "digest",
    "expires",
    "last_used",
    *(f"connection__{name}" for name in ("status", "expires", "agreement_ends")),
    *(
        f"connection__{name}"
        for name in ("oneroster", "types", "shares", "networks", "organization")
    ),
    *(f"connection__client__{name}" for name in ("client_id", "connection")),
    "connection__organization__time_zone",
)
"""The columns that decide about a token; of some sixty that client and connection have."""

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
    named = Secret.objects.filter(
        connection__client__client_id=client_id if CLIENT_ID.fullmatch(client_id) else "",
        ended__isnull=True,
    ).order_by("-pk")
    found = named.select_related("connection__client", "connection__organization").only(*ASKED)
    return [
        secret
        for secret in prepared.first(lambda: list(found))
        if secret.expires is None or secret.expires >= secret.connection.organization.today()
    ][: credentials.AT_MOST]
