"""The token endpoint, what a token opens, and the documents that say where both are."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_plus

from connections.provider import refusals
from connections.provider.asking import Answer, Provider, asked
from connections.provider.table import Outcome
from roster.api.errors import FORBIDDEN, UNAUTHORISED
from roster.api.openapi.discovery import NAMES
from roster.api.openapi.document import ALL
from roster.api.operations import OPERATIONS, Operation
from roster.api.scopes import SCOPE_BASES
from roster.dialects.fields import V11, V12
from roster.dialects.references import V12_BASES, base_path

FORM = "application/x-www-form-urlencoded"
ASKED = "POST to the token URL"
WRONG = "rosterdesk-check-provider"
"""A secret, a token and an id that no server knows."""


def examine(provider: Provider) -> Iterator[Outcome]:
    """Look at the token endpoint."""
    answer = take(provider)
    yield Outcome("token", ASKED, _wrong_with(answer))
    if not provider.token:
        return
    granted = _object(answer).get("scope")
    beyond = set(str(granted or "").split()) - set(wanted(provider.version))
    yield Outcome("token-scopes", ASKED, f"{len(beyond)} others" if beyond else "")
    kept = "no-store" in answer.headers.get("Cache-Control", "").lower()
    yield Outcome("token-kept", ASKED, "" if kept else "no such header")
    answer = grant(provider, "", secret=WRONG)
    yield _refused("token-secret", f"{ASKED}, wrong secret", answer, 401, "invalid_client")
    answer = grant(provider, "", grant_type="password")
    yield _refused(
        "token-grant", f"{ASKED}, grant_type=password", answer, 400, "unsupported_grant_type"
    )


def renewed(provider: Provider) -> Outcome:
    """Take a token, and return whether one was given."""
    return Outcome("token", ASKED, _wrong_with(take(provider)))


def access(provider: Provider) -> Iterator[Outcome]:
    """Look at who is let in: nobody without a token, and no token beyond its scopes."""
    for operation in provider.operations(many=True):
        where = asked(operation)
        for key, token in (("no-token", ""), ("wrong-token", WRONG)):
            answer = provider.get(operation.address({}), token=token)
            yield from refusals.seen(key, where, operation, answer, UNAUTHORISED)
            challenge = answer.headers.get("WWW-Authenticate", "")
            if answer.status == 401:
                named = challenge.lower().startswith("bearer")
                yield Outcome("challenge", where, "" if named else "no such header")
    yield from _beyond_scopes(provider)


def _beyond_scopes(provider: Provider) -> Iterator[Outcome]:
    """Ask with a token of one scope for the first list that another scope opens."""
    lists = [*provider.operations(many=True), *provider.operations(many=True, nested=True)]
    for scope in sorted(provider.scopes):
        closed = next((each for each in lists if scope not in each.scopes), None)
        body = _object(grant(provider, scope))
        if closed and body.get("access_token") and body.get("scope", scope) == scope:
            ids = {parent.name: WRONG for parent in closed.parents}
            answer = provider.get(closed.address(ids), token=str(body["access_token"]))
            where = f"{asked(closed)} with {scope.rpartition('/')[2]}"
            yield from refusals.seen("scope", where, closed, answer, FORBIDDEN)


def discovery(provider: Provider) -> Iterator[Outcome]:
    """Look at the OpenAPI documents; 1.1 knows none."""
    if provider.version != V12:
        return
    for service in V12_BASES:
        served = [each for each in _operations(provider) if each.service == service]
        if not served:
            continue
        addresses = _addresses(V12, service)
        found = next(filter(None, (_document(provider, each) for each in addresses)), {})
        where = f"GET {addresses[0]}, or as {NAMES[V12, service][1]}"
        yield Outcome("discovery", where, "" if found else "no OpenAPI document")
        if found:
            documented = {_plain(each) for each in found.get("paths", {})}
            paths = {_plain(each.path.removeprefix(base_path(V12, service)[1:])) for each in served}
            missing = sorted(paths - documented)
            yield Outcome("discovery-paths", where, ", ".join(missing[:3]))


def _operations(provider: Provider) -> Iterator[Operation]:
    yield from provider.operations()
    yield from provider.operations(nested=True)


def _plain(path: str) -> str:
    """Return a path without the names of its ids."""
    return re.sub(r"\{\w+\}", "{}", path)


def _addresses(version: str, service: str) -> list[str]:
    names = NAMES[version, ALL if version == V11 else service]
    return [f"{base_path(version, service)}/discovery/{name}" for name in names]


def _document(provider: Provider, path: str) -> dict[str, Any]:
    answer = provider.get(path, token="")
    found = _object(answer) if answer.status == 200 else {}
    return found if str(found.get("openapi", "")).startswith("3") else {}


# Taking a token.


def wanted(version: str) -> list[str]:
    """Return all scopes that open reads of a version."""
    return sorted(
        {scope for each in OPERATIONS if each.version == version for scope in each.scopes}
    )


def take(provider: Provider) -> Answer:
    """Take a token of all scopes that there are, else of those that the server chooses."""
    scope = " ".join(wanted(provider.version))
    provider.token_url = provider.token_url or _token_url(provider)
    answer = grant(provider, scope)
    if _object(answer).get("error") == "invalid_scope":
        answer = grant(provider, "")
    body = _object(answer)
    provider.token = str(body.get("access_token") or "") if answer.status == 200 else ""
    opened = str(body.get("scope") or scope).split() if provider.token else ()
    base = SCOPE_BASES[provider.version]
    provider.scopes = frozenset(each if "/" in each else base + each for each in opened)
    return answer


def grant(
    provider: Provider, scope: str, *, secret: str = "", grant_type: str = "client_credentials"
) -> Answer:
    """Ask for a token with the credentials in the header, as the Security Framework has it."""
    secret = secret or provider.client_secret
    pair = f"{quote_plus(provider.client_id)}:{quote_plus(secret)}".encode()
    headers = {
        "Authorization": f"Basic {base64.b64encode(pair).decode()}",
        "Content-Type": FORM,
        "Accept": "application/json",
    }
    form = {"grant_type": grant_type, **({"scope": scope} if scope else {})}
    return provider.send("POST", provider.token_url, headers, form)


def _token_url(provider: Provider) -> str:
    """Return what the OpenAPI document says, where that is on the host; else our own path."""
    for address in _addresses(provider.version, "rostering"):
        text = json.dumps(_document(provider, address))
        for found in re.findall(r'"tokenUrl": "([^"]+)"', text):
            if provider.is_here(found):
                return str(found)
    return f"{provider.host}/oauth2/token"


def _wrong_with(answer: Answer) -> str:
    """Return what is wrong with the answer to a good request."""
    body = _object(answer)
    if answer.status != 200:
        return answer.said + (f" ({body['error']})" if isinstance(body.get("error"), str) else "")
    lacks = [name for name in ("access_token", "token_type", "expires_in") if not body.get(name)]
    if lacks:
        return f"200 without {' and '.join(lacks)}"
    return "" if str(body["token_type"]).lower() == "bearer" else "another token_type"


def _refused(key: str, where: str, answer: Answer, status: int, error: str) -> Outcome:
    found = _object(answer).get("error")
    right = answer.status == status and found == error
    return Outcome(
        key, where, "" if right else f"{answer.said}, {'another' if found else 'no'} error"
    )


def _object(answer: Answer) -> dict[str, Any]:
    return answer.body if isinstance(answer.body, dict) else {}
