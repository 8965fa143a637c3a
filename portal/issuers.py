"""Who else may say who somebody is: the OpenID Connect providers that SIGN_IN_WITH names.

`https://CLIENT_ID:SECRET@ISSUER?name=Google`: the issuer's address with the credentials that it
gave, one after the other. An issuer that lets anybody open a tenant isn't taken: there, everybody
may call themselves by everybody's address. So may the administrators of any other, which matters
where several districts each bring their own: `?domain=` says of which addresses one is believed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from django.utils.text import slugify

GOOGLE = "accounts.google.com"
MICROSOFT = "login.microsoftonline.com"
NAMES = {GOOGLE: "Google", MICROSOFT: "Microsoft"}
OPEN = {"common", "organizations", "consumers"}
LOOPBACK = {"127.0.0.1", "localhost"}


@dataclass(frozen=True)
class Issuer:
    """A provider: its name on the button, its address, and the credentials that it gave us.

    `verified`: its administrators answer for each e-mail address, without a claim that says so.
    `domains` are those of which it is believed; without any, it is believed of all.
    """

    name: str
    address: str
    client_id: str
    secret: str
    verified: bool
    domains: tuple[str, ...] = ()

    @property
    def app(self) -> dict[str, Any]:
        """Return what allauth wants to know."""
        return {
            "provider_id": slugify(self.name),
            "name": self.name,
            "client_id": self.client_id,
            "secret": self.secret,
            "settings": {
                "server_url": self.address,
                "oauth_pkce_enabled": True,
                "verified_email": self.verified,
                "domains": list(self.domains),
            },
        }


def is_believed(of_app: dict[str, Any], email: str) -> bool:
    """Return whether a provider with these settings may say whose address that is."""
    domains = of_app.get("domains")
    return not domains or email.rpartition("@")[2].lower() in domains


def read(text: str) -> list[Issuer]:
    """Return the providers; raises ValueError with words that repeat no secret."""
    found = [_issuer(part) for part in text.split()]
    if len({each.app["provider_id"] for each in found}) != len(found):
        raise ValueError("two providers have the same name; give one of them another ?name=")
    return found


def _issuer(text: str) -> Issuer:
    try:
        url = urlsplit(text)
        host = (url.hostname or "").lower()
        given = parse_qs(url.query, strict_parsing=bool(url.query))
    except ValueError:
        raise ValueError("this is no address") from None
    if url.scheme != "https" and not (url.scheme == "http" and host in LOOPBACK):
        raise ValueError("a provider's address begins with https:")
    if not (host and url.username and url.password):
        raise ValueError("a provider is https://CLIENT_ID:SECRET@ISSUER")
    if set(given) - {"name", "domain"}:
        raise ValueError("only ?name= and ?domain= may follow a provider's address")
    if host == MICROSOFT and url.path.split("/")[1:2] in ([], [""], *([each] for each in OPEN)):
        raise ValueError("of Microsoft, name your own tenant: https://…@host/TENANT_ID/v2.0")
    name = given.get("name", [NAMES.get(host, host)])[0]
    if not slugify(name):
        raise ValueError("a provider's name needs letters")
    return Issuer(
        name,
        _address(url),
        unquote(url.username),
        unquote(url.password),
        host == MICROSOFT,
        tuple(domain.lower() for each in given.get("domain", ()) for domain in each.split(",")),
    )


def _address(url: SplitResult) -> str:
    return f"{url.scheme}://{url.netloc.rpartition('@')[2]}{url.path.rstrip('/')}"
