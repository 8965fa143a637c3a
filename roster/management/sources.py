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
    facts = {str(endpoint._meta.model_name): endpoint.pk, **endpoint.settings()}
    if endpoint.kind == Endpoint.Kind.SFTP and not endpoint.host_key and ask:
        try:
            facts["offered_host_key"] = offered_fingerprint(endpoint)
        except Refused as refusal:
            facts["problem"] = str(refusal)
            return facts
    last = "looked" if isinstance(endpoint, Source) else "delivered"
    at = endpoint.visited and stamp(endpoint.visited)
    return facts | {last: at, "problem": endpoint.problem}


def in_words(facts: dict[str, Any]) -> str:
    """Return what `described` tells as a person reads it."""
    schedule = [f"daily at {facts['daily_at']}"] if facts["daily_at"] else []
    if facts["every_minutes"]:
        every = facts["every_minutes"]
        schedule.append(f"every {every} minutes" if every > 1 else "every minute")
    when = " and ".join(schedule) if facts["active"] else "paused"
    user = f" as {facts['user']}" if facts["user"] else ""
    secret = f" with {facts['credential']}" if facts["credential"] != "none" else ""
    noun = "source" if "source" in facts else "destination"
    lines = [f"{facts[noun]:>4}  {facts['address']}{user}{secret}: {when or 'only by command'}"]
    if facts.get("answer"):
        lines.append(f"      files that no manifest speaks of are read as {facts['answer']}")
    if facts["host_key"]:
        lines.append(f"      trusted host key: {facts['host_key']}")
    if "offered_host_key" in facts:
        lines.append(
            f"      The server shows the host key {facts['offered_host_key']}. Ask its operator"
            " whether that is right; before you trust it, nothing goes there or comes:"
        )
        lines.append(f"      set_{noun} … --{noun} {facts[noun]} --trust FINGERPRINT")
    if facts.get("looked"):
        lines.append(f"      last look that worked: {facts['looked']}")
    if "form" in facts:
        lines.append(f"      {facts['form']}, last delivered: {facts.get('delivered') or 'never'}")
    if facts["problem"]:
        lines.append(f"      {facts['problem']}")
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
