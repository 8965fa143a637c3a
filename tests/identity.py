"""An OpenID Connect provider on loopback: oauthlib's server, with discovery, keys and user info.

It signs everybody in at once, as the person that the test has put there.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from jwcrypto import jwk, jwt
from oauthlib.oauth2.rfc6749.errors import OAuth2Error
from oauthlib.openid import RequestValidator, Server

CLIENT, SECRET = "rosterdesk", "a secret of both"
NAME = "District"


class Validator(RequestValidator):  # type: ignore[misc]
    """What oauthlib asks its host; `person` is who signs in, as claims."""

    def __init__(self) -> None:
        super().__init__()
        self.issuer = ""
        self.callback = ""
        self.person: dict[str, Any] = {}
        self.token_claims: dict[str, Any] = {}
        self.key = self.signing_key = jwk.JWK.generate(kty="RSA", size=2048, kid="1", alg="RS256")
        self.codes: dict[str, Any] = {}
        self.tokens: set[str] = set()

    def validate_client_id(self, client_id: str, request: Any, *_: Any) -> bool:
        return client_id == CLIENT

    def validate_user_match(self, *_: Any) -> bool:
        return True

    def validate_redirect_uri(self, client_id: str, redirect_uri: str, *_: Any) -> bool:
        return redirect_uri == self.callback

    def validate_response_type(self, client_id: str, response_type: str, *_: Any) -> bool:
        return response_type == "code"

    def validate_scopes(self, client_id: str, scopes: list[str], *_: Any) -> bool:
        return set(scopes) <= {"openid", "profile", "email"}

    def get_default_scopes(self, *_: Any) -> list[str]:
        return ["openid"]

    def is_pkce_required(self, *_: Any) -> bool:
        return True

    def save_authorization_code(self, client_id: str, code: Any, request: Any, *_: Any) -> None:
        self.codes[code["code"]] = request

    def authenticate_client(self, request: Any, *_: Any) -> bool:
        request.client = type("Client", (), {"client_id": CLIENT})()
        return (request.client_id, request.client_secret) == (CLIENT, SECRET)

    def validate_grant_type(self, client_id: str, grant_type: str, *_: Any) -> bool:
        return grant_type == "authorization_code"

    def validate_code(self, client_id: str, code: str, client: Any, request: Any, *_: Any) -> bool:
        if code not in self.codes:
            return False
        request.scopes, request.user = self.codes[code].scopes, "somebody"
        return True

    def confirm_redirect_uri(self, client_id: str, code: str, redirect_uri: str, *_: Any) -> bool:
        return bool(redirect_uri == self.codes[code].redirect_uri)

    def get_code_challenge(self, code: str, request: Any) -> str:
        return str(self.codes[code].code_challenge)

    def get_code_challenge_method(self, code: str, request: Any) -> str:
        return str(self.codes[code].code_challenge_method)

    def get_authorization_code_scopes(self, client_id: str, code: str, *_: Any) -> Any:
        return self.codes[code].scopes if code in self.codes else []

    def get_authorization_code_nonce(self, client_id: str, code: str, *_: Any) -> Any:
        return self.codes[code].nonce

    def invalidate_authorization_code(self, client_id: str, code: str, *_: Any) -> None:
        del self.codes[code]

    def save_bearer_token(self, token: dict[str, Any], request: Any, *_: Any) -> None:
        self.tokens.add(token["access_token"])

    def validate_bearer_token(self, token: str, scopes: Any, request: Any) -> bool:
        return token in self.tokens

    def get_id_token(self, *_: Any) -> None:
        return None  # oauthlib begins one, and has it finished below.

    def finalize_id_token(self, claims: dict[str, Any], *_: Any) -> str:
        claims |= {"iss": self.issuer, "exp": int(time.time()) + 600, **self.person}
        claims |= self.token_claims
        header = {"alg": "RS256", "kid": "1"}
        token = jwt.JWT(header=header, claims=claims)
        token.make_signed_token(self.signing_key)
        return str(token.serialize())


class Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        validator, path = self.server.validator, urlsplit(self.path).path
        issuer = validator.issuer
        if path == "/.well-known/openid-configuration":
            told = {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": f"{issuer}/token",
                "userinfo_endpoint": f"{issuer}/userinfo",
                "jwks_uri": f"{issuer}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            }
            self.answer({}, json.dumps(told), 200)
        elif path == "/keys":
            self.answer({}, json.dumps({"keys": [validator.key.export_public(as_dict=True)]}), 200)
        elif path == "/authorize":
            asked = self.server.oidc
            try:
                scopes, _ = asked.validate_authorization_request(issuer + self.path)
                self.answer(*asked.create_authorization_response(issuer + self.path, scopes=scopes))
            except OAuth2Error as error:
                self.answer({}, error.json, 400)
        else:
            bearer = self.headers["Authorization"].removeprefix("Bearer ")
            known = validator.validate_bearer_token(bearer, None, None)
            self.answer({}, json.dumps(validator.person), 200 if known else 401)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        headers = dict(self.headers)
        address = self.server.validator.issuer + self.path
        self.answer(*self.server.oidc.create_token_response(address, "POST", body, headers))

    def answer(self, headers: dict[str, str], body: str | None, status: int) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write((body or "").encode())

    def log_message(self, *_: Any) -> None:
        pass


class Provider(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.validator = Validator()
        self.validator.issuer = f"http://127.0.0.1:{self.server_address[1]}"
        self.oidc = Server(self.validator)


@contextmanager
def provider() -> Iterator[Validator]:
    """Serve a provider; yields what a test may change of it."""
    with Provider() as served:
        threading.Thread(target=served.serve_forever, daemon=True).start()
        yield served.validator
        served.shutdown()
