"""The sources and destinations of an organization: added, changed, trusted, removed, audited."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time
from typing import Any, TypeVar

from django.db import transaction

from roster import audit
from roster.fetching import credentials, host_keys
from roster.fetching.addresses import parse, parse_folder
from roster.models import Destination, Endpoint, Source
from roster.refusal import Refused, require_valid

Visited = TypeVar("Visited", bound=Endpoint)

OWN = ("certificate", "answer", "form", "active")
"""Settings that are set as they are given; a source has no form, a destination only that."""


@dataclass(frozen=True)
class Settings:
    """What is to be set; what is None stays as it is."""

    address: str | None = None
    user: str | None = None
    credential: str | None = None
    secret: str = field(default="", repr=False)
    certificate: str | None = None
    answer: str | None = None
    form: str | None = None
    active: bool | None = None
    schedule: dict[str, time | int | None] = field(default_factory=dict)
    """`daily_at` and `every_minutes`, where they are to be set; None takes one away."""


def add(endpoint: Visited, settings: Settings, *, by: audit.Actor) -> Visited:
    """Add a source or destination, given with its organization alone.

    Raises Refused where its settings don't go together.
    """
    noun = endpoint._meta.verbose_name
    if settings.address is None:
        raise Refused(f"A new {noun} needs an address.")
    with transaction.atomic():
        _apply(endpoint, settings)
        if not (endpoint.daily_at or endpoint.every_minutes):
            raise Refused(
                f"A new {noun} needs a schedule: once a day, every so many minutes, or both."
            )
        endpoint.save()
        _record(by, "added", endpoint, old=None, replaced=bool(settings.secret))
    return endpoint


def change(endpoint: Visited, settings: Settings, *, by: audit.Actor) -> Visited:
    """Change it. Another address forgets what was seen at the old one, and its trust."""
    with transaction.atomic():
        rows = type(endpoint)._default_manager.select_for_update(of=("self",))
        endpoint = rows.select_related("organization").get(pk=endpoint.pk)
        old = endpoint.settings()
        _apply(endpoint, settings)
        endpoint.save()
        if endpoint.settings() != old or settings.credential is not None:
            replaced = settings.credential is not None
            _record(by, "changed", endpoint, old=old, replaced=replaced)
    return endpoint


def offered_fingerprint(endpoint: Endpoint) -> str:
    """Return the fingerprint of the key that the SFTP server shows, for a person to compare.

    A server has several keys: it is that of the trusted one as long as the server still has it.
    """
    key = host_keys.offered(parse(endpoint.address), endpoint.fingerprint)
    return host_keys.fingerprint_of(key)


def trust(endpoint: Visited, fingerprint: str, *, by: audit.Actor) -> Visited:
    """Trust the SFTP server's host key that has this fingerprint, and no other from then on."""
    place = parse(endpoint.address)
    if place.kind != Endpoint.Kind.SFTP:
        raise Refused("Only SFTP servers have a host key.")
    key = host_keys.offered(place, fingerprint)
    shown = host_keys.fingerprint_of(key)
    if shown != fingerprint:
        raise Refused(
            f"{place.host} shows the host key {shown}, not {fingerprint}. Nothing is trusted."
            " Ask its operator which one is right."
        )
    with transaction.atomic():
        old = endpoint.settings()
        endpoint.host_key, endpoint.problem = key, ""
        endpoint.save(update_fields=["host_key", "problem"])
        _record(by, "trusted", endpoint, old=old)
    return endpoint


def remove(endpoint: Endpoint, *, by: audit.Actor) -> None:
    """Remove it; what came from there, or was delivered, stays on record."""
    with transaction.atomic():
        _record(by, "removed", endpoint, old=endpoint.settings(), new=None)
        endpoint.delete()


def _apply(endpoint: Endpoint, settings: Settings) -> None:
    if settings.address is not None and settings.address != endpoint.address:
        _move(endpoint, settings.address, settings)
    if settings.user is not None:
        endpoint.user = settings.user
    if settings.credential is not None:
        credentials.put(endpoint, settings.credential, settings.secret)
    for name in OWN:
        if (value := getattr(settings, name)) is not None:
            setattr(endpoint, name, value)
    for name, moment in settings.schedule.items():
        setattr(endpoint, name, moment)
    _require_together(endpoint)
    require_valid(endpoint)


def _move(endpoint: Endpoint, address: str, settings: Settings) -> None:
    """Give it another address; credentials and trust are for the server that had them."""
    before = endpoint.address and parse(endpoint.address)
    place = parse_folder(address) if isinstance(endpoint, Destination) else parse(address)
    endpoint.address, endpoint.kind, endpoint.problem = address, place.kind, ""
    endpoint.worker = ""  # Who is still at the old one, stops.
    if isinstance(endpoint, Source):
        endpoint.remembered = {}
    if before and before[:4] != place[:4]:  # Another server: nothing is known of it yet.
        endpoint.host_key = ""
        if isinstance(endpoint, Source):
            endpoint.certificate = ""
        if endpoint.secret and settings.credential is None:
            raise Refused(
                "The address is on another server now. Give its credentials with it: those"
                " of the old server aren't sent there."
            )


def _require_together(endpoint: Endpoint) -> None:
    kind, credential = Endpoint.Kind(endpoint.kind), Endpoint.Credential(endpoint.credential)
    if credential not in credentials.ALLOWED[kind]:
        raise Refused(f"An address by {kind.label} takes no {credential.label}.")
    if kind == Endpoint.Kind.SFTP and not endpoint.user:
        raise Refused("SFTP needs a user.")
    if kind == Endpoint.Kind.HTTPS and bool(endpoint.user) != (credential == credential.PASSWORD):
        raise Refused("By HTTPS a user goes with a password, and a password with a user.")
    if isinstance(endpoint, Source):
        if endpoint.certificate and kind != Endpoint.Kind.HTTPS:
            raise Refused("Only HTTPS servers have a certificate.")
        credentials.require_certificate(endpoint.certificate)


def _record(
    by: audit.Actor,
    done: str,
    endpoint: Endpoint,
    *,
    old: dict[str, Any] | None,
    replaced: bool = False,
    **new: Any,
) -> None:
    value = new["new"] if "new" in new else endpoint.settings()
    if value is not None and replaced:
        value = {**value, "secret": "replaced" if endpoint.secret else "none"}
    noun, number = endpoint._meta.model_name or "", str(endpoint.pk)
    audit.record(
        by, f"{noun}.{done}", endpoint.organization, kind=noun, object_id=number, old=old, new=value
    )
