"""Applies some rows as a delta of their own, between imports: through the same pipeline.

It is no import: no row of one is kept, and tonight's bundle is compared with last night's as if
nothing had been between. Nor is it ever held: a person has confirmed it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BufferedReader, BytesIO
from typing import Any, BinaryIO, cast

from django.db import transaction

from roster.importing import traces
from roster.importing.applying import Before, apply
from roster.importing.files import FILES
from roster.importing.findings import Findings
from roster.importing.gathering import Gathering
from roster.importing.manifest import Bundle
from roster.importing.package import Entry
from roster.importing.parts import Part
from roster.importing.remembering import Memory
from roster.importing.staging import dropped
from roster.models import Finding, Import, Organization


def patch(
    organization: Organization,
    version: str,
    files: Mapping[str, bytes],
    accept: Callable[[list[Finding]], None],
) -> dict[str, Any]:
    """Apply rows of these files (name without `.csv`, CSV with status and date in every row).

    The caller holds the lock of the organization's imports. `accept` is called in the
    transaction with what was found; what it raises undoes all. Returns the counts by file.
    """
    findings = Findings()
    findings.version = version
    parts = [Part(FILES[name], _entry(name, content), "delta") for name, content in files.items()]
    bundle = Bundle(version, parts, organization.time_zone)
    of_import = Import(organization=organization, oneroster=version)
    with dropped([]) as stages:
        traced = traces.traces_of(bundle)
        memory = Memory(organization, None, strict=False)
        gathering = Gathering(bundle, traced, findings, stages, lambda percent, stage: None, memory)
        gathering.read()
        with transaction.atomic():
            last = traces.last_applied(organization)
            applied = apply(Before.of(organization), gathering, last, with_difference=False)
            accept(findings.rows(of_import))
    organization.refresh_from_db(fields=["school_year", "revision"])
    return applied.counts


def _entry(name: str, content: bytes) -> Entry:
    def opened() -> BinaryIO:
        return cast(BinaryIO, BufferedReader(cast(Any, BytesIO(content))))

    return Entry(f"{name}.csv", len(content), opened)
