"""What a column of the CSV binding is, and what a file: how they are read, where they go."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Any

from roster.importing import values
from roster.importing.values import Type
from roster.models import Row

VERSIONS = ("1.1", "1.2")
SOURCED_ID, CAPITAL = re.compile("SourcedIds?$"), re.compile("[A-Z]")


class Need(Enum):
    """How much a row needs a column.

    `WANTED`: the binding requires it; a row is kept without it, with a warning. `FIRM`: the
    same, but what can't be read costs the row, as it may mean anything. `COLUMN`: firm, and a
    file without the column is refused. `VITAL`: without it the row is left out. `NARROWING`: it
    may be blank, but narrows what is visible, so what can't be read costs the row too.
    """

    NONE = 0
    WANTED = 1
    FIRM = 2
    COLUMN = 3
    VITAL = 4
    NARROWING = 5

    @property
    def may_be_blank(self) -> bool:
        return self in (Need.NONE, Need.NARROWING)

    @property
    def must_be_readable(self) -> bool:
        return self.value >= Need.FIRM.value


@dataclass(frozen=True, slots=True)
class Column:
    """A column and the field that it fills; `target` is the file whose records it names.

    `derived`: it isn't stored with its row, but becomes rows of its own.
    """

    name: str
    field: str
    type: Type
    need: Need = Need.NONE
    target: str = ""
    only: str = ""
    derived: bool = False

    @property
    def blank(self) -> Any:
        return self.type.blank

    def of(self, version: str) -> bool:
        return not self.only or self.only == version


@dataclass(frozen=True, slots=True)
class File:
    """A file: the model of its rows, or the field of `model` that its rows `fill`.

    `shares`: the file whose ids its own ids are.
    """

    name: str
    model: type[Row]
    columns: tuple[Column, ...]
    fills: str = ""
    only: str = ""
    shares: str = ""

    @property
    def filename(self) -> str:
        return f"{self.name}.csv"

    def of(self, version: str) -> bool:
        return not self.only or self.only == version

    def columns_of(self, version: str) -> list[Column]:
        return [column for column in self.columns if column.of(version)]


NONE, WANTED, FIRM, COLUMN, VITAL, NARROWING = Need
NEW, OLD = "1.2", "1.1"


def text(name: str, need: Need = NONE, only: str = "", field: str = "") -> Column:
    return of(values.TEXT, name, need, only, field)


def ref(name: str, target: str, need: Need = NONE, only: str = "", field: str = "") -> Column:
    return of(values.REFERENCE, name, need, only, field, target)


def of(
    kind: Type, name: str, need: Need = NONE, only: str = "", field: str = "", target: str = ""
) -> Column:
    return Column(name, field or _field(name), kind, need, target, only)


def both(name: str) -> tuple[Column, Column]:
    """Return a number that 1.1 requires and 1.2 doesn't."""
    return of(values.NUMBER, name, WANTED, OLD), of(values.NUMBER, name, NONE, NEW)


def _field(name: str) -> str:
    """Return what a column's field is called, unless it is said: `classCode` is `class_code`."""
    return CAPITAL.sub(r"_\g<0>", SOURCED_ID.sub("", name)).lower()
