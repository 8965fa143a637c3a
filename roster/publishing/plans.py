"""What is prepared to be shown: publications that follow others, are rewritten, or stay."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from roster.publishing.inputs import Basis, Inputs

Cut = dict[str, dict[str, int]]
"""Fields that are taken out as documents are read: by collection, with the stamp of the act."""


@dataclass(slots=True)
class Next:
    """A publication to be shown on a feed. `before` is the one that it follows, if any."""

    feed: int
    before: int | None
    basis: Basis
    rules: dict[str, Any]
    _: KW_ONLY
    lists: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    numbers: dict[str, Any] = field(default_factory=dict)
    cut: Cut = field(default_factory=dict)


@dataclass(slots=True)
class Rewritten:
    """A publication that stays, with other lists in place of its own."""

    publication: int
    lists: dict[str, Any]
    counts: dict[str, dict[str, int]]
    cut: Cut


@dataclass(slots=True)
class Settled:
    """A publication in which nothing changed: it says now what it would be decided with."""

    publication: int
    basis: Basis
    rules: dict[str, Any]
    cut: Cut


@dataclass(slots=True)
class Plan:
    """Everything that one flip shows. `shown` are the inputs of a refresh, `marked` the marks of
    publications that acts have taken from.

    `dropped` are publications that nobody reads any more, which go without their lists; `lost`
    those that nobody can take from, and so nobody may read.
    """

    nexts: list[Next] = field(default_factory=list)
    rewritten: list[Rewritten] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)
    marked: dict[int, bytes] = field(default_factory=dict)
    shown: Inputs | None = None

    @property
    def needs_number(self) -> bool:
        return bool(self.nexts or self.rewritten)
