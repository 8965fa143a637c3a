"""Exports to a file: written beside its place and put there at once, closed to others."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from roster import audit
from roster.models import Organization
from roster.refusal import Refused
from roster.writing.bundles import Bundle
from roster.writing.lines import Source
from roster.writing.own_data import OrganizationRows

TRIES = 3


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: rows by file; rows left out and values supplied by file and column."""

    files: dict[str, int]
    left_out: dict[str, dict[str, int]]
    supplied: dict[str, dict[str, int]]
    marks_not_carried: int = 0


def export_organization(
    organization: Organization,
    path: Path,
    version: str,
    *,
    by: audit.Actor,
    report: Callable[[int], None] | None = None,
) -> Exported:
    """Write the organization's live data as a bulk bundle; raises `Refused` with the reason.

    An import that lands meanwhile makes it begin again: a bundle is of one moment.
    """
    for _ in range(TRIES):
        organization.refresh_from_db()
        source = OrganizationRows(organization, version)
        revision = organization.revision
        exported = write(
            source, organization, path, report, partial(_is_still, organization, revision)
        )
        if exported is not None:
            audit.record(
                by,
                "roster.exported",
                organization,
                new={"oneroster": version, "files": exported.files},
            )
            return Exported(
                exported.files, exported.left_out, exported.supplied, source.marked.left
            )
    raise Refused("The data was changed while it was being written. Export it again later.")


def _is_still(organization: Organization, revision: int) -> bool:
    return Organization.objects.filter(pk=organization.pk, revision=revision).exists()


def write(
    source: Source,
    organization: Organization,
    path: Path,
    report: Callable[[int], None] | None = None,
    is_valid: Callable[[], bool] = lambda: True,
) -> Exported | None:
    """Write the bundle of a source; None, and nothing is written, unless it still `is_valid`."""
    refuse_foreign(path)
    bundle = Bundle(source, organization, report)
    if not put(path, bundle.pieces(), is_valid):
        return None
    return Exported(bundle.rows, _nested(bundle.done.left_out), _nested(bundle.done.supplied))


def put(path: Path, pieces: Iterable[bytes], is_valid: Callable[[], bool] = lambda: True) -> bool:
    """Write a file beside its place and put it there, if it still `is_valid`."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("wb") as file:
            file.writelines(pieces)
        if not is_valid():
            return False
        os.replace(partial, path)
        return True
    except OSError as error:
        raise Refused(f"“{path}” couldn't be written: {error.strerror or error}.") from error
    finally:
        with suppress(OSError):
            partial.unlink()


def refuse_foreign(path: Path) -> None:
    """Refuse a place that holds anything but a zip, or that can't be written to."""
    if not path.name:
        raise Refused(f"“{path}” is no name for a bundle.")
    if not path.parent.is_dir():
        raise Refused(f"There is no folder “{path.parent}” to write the bundle into.")
    if path.is_symlink():
        raise Refused(f"“{path}” is a link; name the place that it leads to.")
    if path.exists() and not (path.is_file() and zipfile.is_zipfile(path)):
        raise Refused(f"“{path}” exists and isn't a zip file; it was left as it is.")


def _nested(counts: dict[tuple[str, str], int]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for (file, column), count in sorted(counts.items()):
        found.setdefault(file, {})[column] = count
    return found
