"""The Postman environment: what the collection's requests need to know of an installation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from connections.information import TOKEN_PATH
from roster.clock import stamp
from roster.hierarchy.timetable import school_year_of

HIDDEN = ("OneRosterConsumerSecret", "OAuth2AccessToken")
"""What Postman hides from those who look at the screen."""


def environment(
    name: str, base: str, now: datetime, *, client_id: str = "", scopes: Iterable[str] = ()
) -> dict[str, Any]:
    """Return the environment for the installation at `base`; the secret is left to the vendor.

    `base` is scheme and host. Without scopes, a token has all that its connection has.
    """
    values = {
        "OneRosterHost": base,
        "Oauth2TokenAddress": base + TOKEN_PATH,
        "OneRosterConsumerKey": client_id,
        "OneRosterConsumerSecret": "",
        "Scopes": " ".join(scopes),
        "SchoolYear": school_year_of(now.date()),
        "DeltaDateTime": stamp(now - timedelta(days=1)),
        "Today": f"{now:%Y-%m-%d}",
        "OAuth2AccessToken": "",
    }
    return {
        "name": name,
        "_postman_variable_scope": "environment",
        "values": [
            {
                "key": key,
                "value": value,
                "type": "secret" if key in HIDDEN else "default",
                "enabled": True,
            }
            for key, value in values.items()
        ],
    }
