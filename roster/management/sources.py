"""How commands find sources and tell of them."""

from __future__ import annotations

from typing import Any

from roster.clock import clock, stamp
from roster.fetching import silent_since
from roster.fetching.sources import offered_fingerprint
from roster.models import Organization, Source
from roster.refusal import Refused


def find(organization: Organization, number: int) -> Source:
    """Return the organization's source of that number, or refuse."""
    found = organization.sources.filter(pk=number).first()
    if found is None:
        raise Refused(f"{organization.name} has no source {number}. list_sources shows them.")
    return found


def described(source: Source, *, ask: bool = False) -> dict[str, Any]:
    """Return a source as data, without its secret; `ask` asks an untrusted server for its key."""
    told = {"source": source.pk, **source.settings()}
    if source.kind == Source.Kind.SFTP and not source.host_key and ask:
        try:
            told["offered_host_key"] = offered_fingerprint(source)
        except Refused as refusal:
            told["problem"] = str(refusal)
            return told
    return told | {"looked": source.looked and stamp(source.looked), "problem": source.problem}


def in_words(told: dict[str, Any]) -> str:
    """Return what `described` tells as a person reads it."""
    schedule = [f"daily at {told['daily_at']}"] if told["daily_at"] else []
    if told["every_minutes"]:
        every = told["every_minutes"]
        schedule.append(f"every {every} minutes" if every > 1 else "every minute")
    when = " and ".join(schedule) if told["active"] else "paused"
    user = f" as {told['user']}" if told["user"] else ""
    secret = f" with {told['credential']}" if told["credential"] != "none" else ""
    lines = [f"{told['source']:>4}  {told['address']}{user}{secret}: {when or 'only by command'}"]
    if told["answer"]:
        lines.append(f"      files that no manifest speaks of are read as {told['answer']}")
    if told["host_key"]:
        lines.append(f"      trusted host key: {told['host_key']}")
    if "offered_host_key" in told:
        lines.append(
            f"      The server shows the host key {told['offered_host_key']}. Ask its operator"
            " whether that is right; nothing is fetched before you trust it:"
        )
        lines.append(f"      set_source … --source {told['source']} --trust FINGERPRINT")
    if told.get("looked"):
        lines.append(f"      last look that worked: {told['looked']}")
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
