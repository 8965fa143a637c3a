"""How commands find sources and destinations, and tell of them."""

from __future__ import annotations

from typing import Any

from roster.clock import clock, stamp
from roster.fetching import silent_since
from roster.fetching.sources import Visited, offered_fingerprint
from roster.models import Destination, Endpoint, Organization, Source
from roster.refusal import Refused


def find(organization: Organization, model: type[Visited], number: int) -> Visited:
    """Return the organization's source or destination of that number, or refuse."""
    found = model._default_manager.filter(organization=organization, pk=number).first()
    if found is None:
        noun = model._meta.model_name
        raise Refused(f"{organization.name} has no {noun} {number}. list_{noun}s shows them.")
    return found


def described(endpoint: Source | Destination, *, ask: bool = False) -> dict[str, Any]:
    """Return it as data, without its secret; `ask` asks an untrusted server for its key."""
    told = {str(endpoint._meta.model_name): endpoint.pk, **endpoint.settings()}
    if endpoint.kind == Endpoint.Kind.SFTP and not endpoint.host_key and ask:
        try:
            told["offered_host_key"] = offered_fingerprint(endpoint)
        except Refused as refusal:
            told["problem"] = str(refusal)
            return told
    last = "looked" if isinstance(endpoint, Source) else "delivered"
    at = endpoint.visited and stamp(endpoint.visited)
    return told | {last: at, "problem": endpoint.problem}


def in_words(told: dict[str, Any]) -> str:
    """Return what `described` tells as a person reads it."""
    schedule = [f"daily at {told['daily_at']}"] if told["daily_at"] else []
    if told["every_minutes"]:
        every = told["every_minutes"]
        schedule.append(f"every {every} minutes" if every > 1 else "every minute")
    when = " and ".join(schedule) if told["active"] else "paused"
    user = f" as {told['user']}" if told["user"] else ""
    secret = f" with {told['credential']}" if told["credential"] != "none" else ""
    noun = "source" if "source" in told else "destination"
    lines = [f"{told[noun]:>4}  {told['address']}{user}{secret}: {when or 'only by command'}"]
    if told.get("answer"):
        lines.append(f"      files that no manifest speaks of are read as {told['answer']}")
    if told["host_key"]:
        lines.append(f"      trusted host key: {told['host_key']}")
    if "offered_host_key" in told:
        lines.append(
            f"      The server shows the host key {told['offered_host_key']}. Ask its operator"
            " whether that is right; before you trust it, nothing goes there or comes:"
        )
        lines.append(f"      set_{noun} … --{noun} {told[noun]} --trust FINGERPRINT")
    if told.get("looked"):
        lines.append(f"      last look that worked: {told['looked']}")
    if "form" in told:
        lines.append(f"      {told['form']}, last delivered: {told.get('delivered') or 'never'}")
    if told["problem"]:
        lines.append(f"      {told['problem']}")
    return "\n".join(lines)


def silence(organization: Organization) -> tuple[str | None, list[str]]:
    """Return since when no bundle has come in, if for too long, and the same in words."""
    now = clock()
    since = silent_since(organization, now)
    if since is None:
        return None, []
    hours = int((now - since).total_seconds() // 3600)
    return stamp(since), [
        f"No bundle has come in for {hours} hours, the last one at {stamp(since)}. The data is"
        " stale although it is published every night. Look at the sources, and at the export of"
        " the student information system."
    ]
