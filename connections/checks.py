"""System checks: settings under which secrets or tokens would no longer be safe don't start.

The toolkit's own validator compares a secret with a column that is blank here, or with a hash
as if it were the secret; its own storage keeps tokens readable. A slip in settings is enough.
"""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error
from oauth2_provider.settings import oauth2_settings

from connections.oauth import Validator
from connections.scopes import Scopes


def check_doors(**_: Any) -> list[CheckMessage]:
    """Return an error for each setting of OAUTH2_PROVIDER that opens a door."""
    wrong = {
        "E001": (
            not issubclass(oauth2_settings.OAUTH2_VALIDATOR_CLASS, Validator),
            "OAUTH2_VALIDATOR_CLASS must be connections.oauth.Validator: it alone knows secrets.",
        ),
        "E002": (
            not issubclass(oauth2_settings.SCOPES_BACKEND_CLASS, Scopes),
            "SCOPES_BACKEND_CLASS must be connections.scopes.Scopes: it knows what is shared.",
        ),
        "E003": (
            not oauth2_settings.COMPLIANT_BCP_RFC9700_TOKEN_STORAGE,
            "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE must be on: tokens are stored as hashes only.",
        ),
    }
    return [
        Error(f"OAUTH2_PROVIDER: {words}", id=f"connections.{code}")
        for code, (is_wrong, words) in wrong.items()
        if is_wrong
    ]
