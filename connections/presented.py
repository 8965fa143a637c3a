"""The credentials that a vendor presents at the token endpoint, wherever it puts them.

RFC 6749, 2.3.1 wants form-encoded Basic, and allows the body. Consumers also leave out the
encoding, write `basic`, repeat the same in the body, or use the query string. All are taken;
what is given twice has to agree.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote_plus


class Disagreement(Exception):
    """The same credential is given twice, with two values."""


@dataclass(frozen=True, slots=True)
class Presented:
    """A client id and a secret as they came; blank where there was none."""

    client_id: str = ""
    secret: str = ""


def presented(authorization: str, parameters: Iterable[tuple[str, str]]) -> Presented:
    """Return the credentials in the Authorization header and in body or query parameters.

    Raises `Disagreement` where two of the places name different clients or secrets.
    """
    parameters = list(parameters)
    basic = _basic(authorization)
    ids = {basic.client_id, *_values(parameters, "client_id")} - {""}
    secrets = {basic.secret, *_values(parameters, "client_secret")} - {""}
    if len(ids) > 1 or len(secrets) > 1:
        raise Disagreement
    return Presented("".join(ids), "".join(secrets))


def is_oauth_1(authorization: str, parameters: Iterable[str]) -> bool:
    """Return whether a request is signed as OAuth 1 does it, in its header or its parameters."""
    scheme, _, _ = authorization.strip().partition(" ")
    return scheme.lower() == "oauth" or "oauth_signature" in parameters


def _values(parameters: Iterable[tuple[str, str]], name: str) -> set[str]:
    return {value for key, value in parameters if key == name}


def _basic(authorization: str) -> Presented:
    scheme, _, encoded = authorization.strip().partition(" ")
    if scheme.lower() != "basic":
        return Presented()
    try:
        # Some consumers leave the padding away.
        pair = base64.b64decode(encoded.strip() + "==").decode("utf-8")
    except (binascii.Error, ValueError):
        return Presented()
    client_id, _, secret = pair.partition(":")
    return Presented(unquote_plus(client_id), unquote_plus(secret))
