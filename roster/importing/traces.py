"""What an import leaves for the next one to compare its own files with.

For each file: checksum, mode, the names of its columns, the form in which each of its columns
writes dates, and its latest dateLastModified. The same bundle again, by the same release and with
nothing changed between, needs no reading.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.dateparse import parse_datetime

import roster
from roster.importing.manifest import Bundle
from roster.importing.parts import Part
from roster.importing.reading import Reader
from roster.models import Import, Organization
from roster.refusal import Refused

CHUNK = 1 << 20
READ = ("columns", "dates")
READ_BY = ("importing", "hierarchy", "marks", "carrying")
"""The folders whose code decides what becomes of a bundle."""


def traces_of(bundle: Bundle) -> dict[str, dict[str, Any]]:
    """Return what is known of a bundle's files before they are read."""
    return {
        part.file.filename: {"checksum": _checksum(part), "mode": part.mode}
        for part in bundle.parts
    }


def complete(trace: dict[str, Any], reader: Reader) -> None:
    """Add what is known when a file has been read."""
    trace["columns"] = reader.present
    trace["dates"] = dict(reader.date_forms)
    trace["latest"] = reader.latest


def united(
    known: dict[str, dict[str, Any]], tonight: dict[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Return tonight's traces with what only earlier imports know: absent files, latest changes."""
    absent = {name: trace | {"mode": "absent"} for name, trace in known.items()}
    return absent | {
        name: trace
        | {"latest": max(trace["latest"], known.get(name, {}).get("latest", ""))}
        | ({} if trace["columns"] else {key: known[name][key] for key in READ if name in known})
        for name, trace in tonight.items()
    }


def last_applied(organization: Organization) -> Import | None:
    """Return the import that was applied last."""
    applied = organization.imports.filter(state=Import.State.APPLIED)
    return applied.order_by("-finished", "-pk").first()


def is_unchanged(of_import: Import, last: Import, organization: Organization) -> bool:
    """Return whether a bundle is the one applied last, with nothing changed since then.

    `organization` is as it is now, locked.
    """
    same_reader = (last.release, last.strict) == (release(), of_import.strict)
    return (
        same_reader
        and last.revision == organization.revision
        and last.oneroster == of_import.oneroster
        and _bulk(last.files) == _bulk(of_import.files)
        and not any(trace["mode"] == "delta" for trace in of_import.files.values())
    )


def _bulk(files: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {name: trace["checksum"] for name, trace in files.items() if trace["mode"] == "bulk"}


def refuse_going_back(tonight: dict[str, Any], known: dict[str, Any]) -> None:
    """Refuse a delta that ends before what was last applied to the same file did."""
    for name, trace in tonight.items():
        before, now = _moment(known.get(name, {}).get("latest", "")), _moment(trace["latest"])
        if trace["mode"] == "delta" and before and now and now < before:
            raise Refused(
                f"{name} is a delta that ends at {now:%Y-%m-%d %H:%M:%S}; what was applied before"
                f" ends at {before:%Y-%m-%d %H:%M:%S}. Applied now, it would bring old values"
                " back. Import deltas in their order, or a bulk bundle; or force it with a reason."
            )


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text) if text else None
    except ValueError:
        return None
    return found.replace(tzinfo=found.tzinfo or UTC) if found else None


def _checksum(part: Part) -> str:
    with part.entry.open() as stream:
        digest = hashlib.sha256()
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


@cache
def release() -> str:
    """Return a hash of the code that reads bundles: another release reads them anew."""
    digest = hashlib.blake2b(digest_size=16)
    for folder in READ_BY:
        for path in sorted((Path(roster.__file__).parent / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()
