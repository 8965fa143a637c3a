"""The OAuth client of a connection, as django-oauth-toolkit's swappable application."""

from __future__ import annotations

from typing import Any

from django.db import models
from oauth2_provider.models import AbstractApplication, ApplicationManager
from oauth2_provider.settings import oauth2_settings

from connections.models.connection import Connection, Secret


class Client(AbstractApplication):
    """The client id of one connection. Its secrets are `Secret` rows, never this row's column:
    `client_secret` stays blank, and `connections/oauth.py` answers for every check.
    """

    # The toolkit's clients can belong to a person; ours belong to a connection.
    user = None
    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="client")

    objects = ApplicationManager()

    class Meta(AbstractApplication.Meta):
        swappable = "OAUTH2_PROVIDER_APPLICATION_MODEL"

    def __str__(self) -> str:
        return self.client_id

    def is_usable(self, request: Any) -> bool:
        """Return whether the client exists for the outside: a closed connection's doesn't.

        The other statuses are refused in words, after the secret or the token was found good.
        """
        return self.connection.status != Connection.Status.CLOSED

    def natural_key(self) -> tuple[str]:
        return (self.client_id,)


class MadeWith(models.Model):
    """The secret that an access token was made with: the token ends with it."""

    token = models.OneToOneField(
        oauth2_settings.ACCESS_TOKEN_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="made_with",
    )
    secret = models.ForeignKey(Secret, on_delete=models.CASCADE, related_name="tokens")

    def __str__(self) -> str:
        return f"{self.secret}"
