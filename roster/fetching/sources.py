"""The sources of an organization: added, changed, trusted, removed; each act is audited."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time
from typing import Any

from django.db import transaction

from roster import audit
from roster.fetching import credentials, host_keys
from roster.fetching.addresses import parse
from roster.models import Organization, Source
from roster.refusal import Refused, require_valid


@dataclass(frozen=True)
class Settings:
    """What is to be set; what is None stays as it is."""

    address: str | None = None
    user: str | None = None
    credential: str | None = None
    secret: str = field(default="", repr=False)
    certificate: str | None = None
    answer: str | None = None
    active: bool | None = None
    schedule: dict[str, time | int | None] = field(default_factory=dict)
    """`daily_at` and `every_minutes`, where they are to be set; None takes one away."""


def add(organization: Organization, settings: Settings, *, by: audit.Actor) -> Source:
    """Add a source. Raises Refused where its settings don't go together."""
    source = Source(organization=organization)
    if settings.address is None:
        raise Refused("A new source needs an address.")
    with transaction.atomic():
        _apply(source, settings)
        if not (source.daily_at or source.every_minutes):
            raise Refused(
                "A new source needs a schedule: once a day, every so many minutes, or both."
            )
        source.save()
        _record(by, "source.added", source, old=None, replaced=bool(settings.secret))
    return source


def change(source: Source, settings: Settings, *, by: audit.Actor) -> Source:
    """Change a source. Another address forgets what was seen at the old one, and its trust."""
    with transaction.atomic():
        source = Source.objects.select_for_update().select_related("organization").get(pk=source.pk)
        old = source.settings()
        _apply(source, settings)
        source.save()
        if source.settings() != old or settings.credential is not None:
            replaced = settings.credential is not None
            _record(by, "source.changed", source, old=old, replaced=replaced)
    return source


def offered_fingerprint(source: Source) -> str:
    """Return the fingerprint that the SFTP server shows, for a person to compare."""
    return host_keys.fingerprint_of(host_keys.offered(parse(source.address)))


def trust(source: Source, fingerprint: str, *, by: audit.Actor) -> Source:
    """Trust the SFTP server's host key that has this fingerprint, and no other from then on."""
    place = parse(source.address)
    if place.kind != Source.Kind.SFTP:
        raise Refused("Only SFTP servers have a host key.")
    key = host_keys.offered(place, fingerprint)
    shown = host_keys.fingerprint_of(key)
    if shown != fingerprint:
        raise Refused(
            f"{place.host} shows the host key {shown}, not {fingerprint}. Nothing is trusted."
            " Ask its operator which one is right."
        )
    with transaction.atomic():
        old = source.settings()
        source.host_key, source.problem = key, ""
        source.save(update_fields=["host_key", "problem"])
        _record(by, "source.trusted", source, old=old)
    return source


def remove(source: Source, *, by: audit.Actor) -> None:
    """Remove a source; what came from it stays on record."""
    with transaction.atomic():
        _record(by, "source.removed", source, old=source.settings(), new=None)
        source.delete()


def _apply(source: Source, settings: Settings) -> None:
    if settings.address is not None and settings.address != source.address:
        before = source.address and parse(source.address)
        place = parse(settings.address)
        source.address, source.kind = settings.address, place.kind
        source.remembered, source.problem = {}, ""
        source.worker = ""  # Who still fetches from the old one, stops.
        if before and before[:4] != place[:4]:  # Another server: nothing is known of it yet.
            source.host_key = source.certificate = ""
            if source.secret and settings.credential is None:
                raise Refused(
                    "The address is on another server now. Give its credentials with it: those"
                    " of the old server aren't sent there."
                )
    if settings.user is not None:
        source.user = settings.user
    if settings.credential is not None:
        credentials.put(source, settings.credential, settings.secret)
    if settings.certificate is not None:
        source.certificate = settings.certificate
    if settings.answer is not None:
        source.answer = settings.answer
    if settings.active is not None:
        source.active = settings.active
    for name, value in settings.schedule.items():
        setattr(source, name, value)
    _require_together(source)
    require_valid(source)


def _require_together(source: Source) -> None:
    kind, credential = Source.Kind(source.kind), Source.Credential(source.credential)
    if credential not in credentials.ALLOWED[kind]:
        raise Refused(f"A source by {kind.label} takes no {credential.label}.")
    if kind == Source.Kind.SFTP and not source.user:
        raise Refused("SFTP needs a user.")
    if kind == Source.Kind.HTTPS and bool(source.user) != (credential == credential.PASSWORD):
        raise Refused("By HTTPS a user goes with a password, and a password with a user.")
    if source.certificate and kind != Source.Kind.HTTPS:
        raise Refused("Only HTTPS servers have a certificate.")
    credentials.require_certificate(source.certificate)


def _record(
    by: audit.Actor,
    action: str,
    source: Source,
    *,
    old: dict[str, Any] | None,
    replaced: bool = False,
    **new: Any,
) -> None:
    told = new["new"] if "new" in new else source.settings()
    if told is not None and replaced:
        told = {**told, "secret": "replaced" if source.secret else "none"}
    audit.record(
        by, action, source.organization, kind="source", object_id=str(source.pk), old=old, new=told
    )
