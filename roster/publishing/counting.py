"""What of the data reaches no vendor, counted at a refresh, and only where it may have changed."""

from __future__ import annotations

from hashlib import blake2b
from typing import NamedTuple

from roster.checking import Numbers, numbers_of
from roster.checking.unreached import VERSIONS
from roster.deciding.rules import EVERYTHING
from roster.models import Organization, Refresh
from roster.publishing.inputs import Inputs


class Counted(NamedTuple):
    """Numbers, and the hash of what they were counted with."""

    numbers: Numbers
    basis: str


def counted(organization: Organization, inputs: Inputs) -> Counted:
    """Return the numbers of these inputs, those of an earlier refresh if it had the same."""
    basis = _hash(inputs)
    known = Refresh.objects.filter(organization=organization, basis=basis).first()
    if known is not None:
        return Counted(known.numbers, basis)
    found = {version: numbers_of(inputs.decide(version, EVERYTHING)) for version in VERSIONS}
    return Counted(found, basis)


def _hash(inputs: Inputs) -> str:
    digest = blake2b(digest_size=16)
    digest.update(f"{inputs.stored} {inputs.day} {inputs.settings}".encode())
    for kind, flags in sorted(inputs.marks.items()):
        digest.update(kind.encode() + flags.tobytes())
    return digest.hexdigest()
