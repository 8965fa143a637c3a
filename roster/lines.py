"""Lines by their rules: connections that may see the same read the same documents."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from django.db import transaction

from roster.clock import MILLISECOND, clock
from roster.models import Line, Organization, Publication

STEP = 100


def build_number(last: int) -> int:
    """Return the number of the next build after `last`: the next multiple of `STEP`.

    The numbers between are for withdrawals, which are shown at once while a build goes on
    writing under a number that no reader has reached. So a number tells which of the two
    wrote a row.
    """
    return (last // STEP + 1) * STEP


def withdrawal_number(last: int) -> int:
    """Return the number of the next withdrawal after `last`, which is never a build's."""
    return last + 1 if (last + 1) % STEP else last + 2


def runs_into_a_build(head: int, number: int) -> bool:
    """Return whether rows of a build may lie between a line's head and the number after it."""
    return build_number(head) < number


def obeyed_by(line: Line) -> dict[str, Any]:
    """Return what a line's documents must obey: its rules and the organization's policy."""
    return {"rules": line.rules, "policy": line.organization.field_policy}


def digest_of(rules: dict[str, Any]) -> str:
    """Return the hash under which a line's rules are found again; key order doesn't matter."""
    canonical = json.dumps(rules, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def hold(organization: Organization) -> None:
    """Hold the organization's lines until the transaction ends: rules of a line change, and
    connections come to it and leave it, one at a time.

    Taken before any lock on a line, as publishing does; rows that merely point at the
    organization can still be written.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("Lines are held by a transaction.")
    Organization.objects.select_for_update(no_key=True).only("pk").get(pk=organization.pk)


@transaction.atomic
def line_for(organization: Organization, version: str, rules: dict[str, Any]) -> Line:
    """Return the line of `organization` with these rules that others read, or begin one.

    `rules` as in `roster/visibility/rules.py`, lists sorted. Of several, which forks leave
    behind, the one that is furthest. A begun line has head 0: nothing is published on it yet.
    In a transaction the line keeps these rules until it ends.
    """
    hold(organization)
    digest = digest_of(rules)
    found = (
        Line.objects.filter(
            organization=organization,
            version=version,
            rules_digest=digest,
            unread_since__isnull=True,
        )
        .order_by("-head", "pk")
        .first()
    )
    return found or Line.objects.create(
        organization=organization, version=version, rules=rules, rules_digest=digest
    )


def next_stamp(organization: Organization) -> datetime:
    """Return this moment, or just after the organization's last stamp if the clock stood back."""
    last = (
        Publication.objects.filter(line__organization=organization, stamp__isnull=False)
        .order_by("-stamp")
        .values_list("stamp", flat=True)
        .first()
    )
    now = clock()
    return now if last is None or now > last else last + MILLISECOND
