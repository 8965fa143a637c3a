"""The sentences of the product that people read, and the catalogues that translate them.

`python -m tests.catalogue` brings the catalogues up to date with the sources: new sentences come
in empty, those that are gone go. GNU gettext isn't needed.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from portal.catalogues import SOURCES

BASE = SOURCES.parent.parent
FOLDERS = ("portal", "connections", "roster")
ONE = {"_", "_l", "gettext", "gettext_lazy", "gettext_noop", "Refused"}
ONE_AND_MANY = {"ngettext", "ngettext_lazy"}
"""By which a sentence is marked in Python; `Refused` looks its own up when it is read."""

ELSEWHERE = re.compile(
    r"/(management|migrations|generator|provider|api|sqlite)/"
    r"|portal/(backups|serving|doctor|keys|demo|env|issuers)"
)
"""What speaks to operators at a command line, or to vendors' programs: English."""

CALL = re.compile(
    r"(?<= )(?:n?gettext|_)\((?:u?\"(?:[^\"\\]|\\.)*\"|u?'(?:[^'\\]|\\.)*'|, ?|count)+\)"
)
"""A marked sentence in what Django makes of a template for the tools of gettext."""

Sentence = str | tuple[str, ...]


def marked() -> set[Sentence]:
    """Return every sentence that is marked for translation; one with numbers as (one, many)."""
    found: set[Sentence] = set()
    for folder in FOLDERS:
        for path in (BASE / folder).rglob("*.py"):
            if not ELSEWHERE.search(path.relative_to(BASE).as_posix()):
                found.update(_marked_in(path.read_text()))
    for path in (BASE / "templates").rglob("*.*"):
        for call in CALL.findall(templatize(path.read_text(), origin=str(path))):
            found.update(_marked_in(call))
    return {*found, *_of_tables()} - {""}


def _of_tables() -> Iterator[str]:
    """Yield the sentences of tables in English that are looked up where they are shown."""
    from connections.models import SHARES, TYPES
    from portal.retelling import templates
    from roster.checking.prerequisites import CHECKS, NEEDS
    from roster.checking.sentences import CODES, DATES, MISSING, NOWHERE, TITLES, UNPUBLISHABLE
    from roster.explaining.wording import WORDS
    from roster.importing.holds import LOST, REKEYED, WATCHED
    from roster.kinds import KINDS

    yield from (*SHARES.values(), *TYPES.values(), *NEEDS.values(), *WORDS.values())
    for check in CHECKS:
        yield from (check.title, check.means, *filter(None, [check.old]), check.repair)
    for table in (CODES, DATES, MISSING, NOWHERE, TITLES, UNPUBLISHABLE):
        yield from table.values()  # type: ignore[attr-defined]
    yield from (kind.title for kind in KINDS.values())
    yield from ("grade", "role", "course", "subject")
    yield from (word for words in REKEYED.values() for word in words.values())
    yield from (*WATCHED.values(), *LOST.values())
    for parts in templates():
        yield from parts


def _marked_in(source: str) -> Iterator[Sentence]:
    for call in ast.walk(ast.parse(source)):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            number = 1 if call.func.id in ONE else 2 if call.func.id in ONE_AND_MANY else 0
            words = [each.value for each in call.args[:number] if isinstance(each, ast.Constant)]
            if words and len(words) == number:
                yield str(words[0]) if number == 1 else tuple(map(str, words))


def catalogues() -> list[Path]:
    return sorted(SOURCES.glob("*/LC_MESSAGES/django.po"))


def read(path: Path) -> Catalog:
    with path.open("rb") as lines:
        return read_po(lines)


def update(path: Path) -> int:
    """Have the catalogue hold the marked sentences only; return how many lack a translation."""
    catalogue, sentences = read(path), marked()
    for message in [each for each in catalogue if each.id and each.id not in sentences]:
        catalogue.delete(message.id)
    for sentence in sentences - {each.id for each in catalogue}:
        catalogue.add(sentence)
    with path.open("wb") as file:
        write_po(file, catalogue, width=100, sort_output=True, include_previous=False)
    return len(untranslated(catalogue))


def untranslated(catalogue: Catalog) -> list[Any]:
    return [
        message.id
        for message in catalogue
        if message.id
        and not all(message.string if isinstance(message.string, tuple) else [message.string])
    ]


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    for path in catalogues():
        print(f"{path.parent.parent.name}: {update(path)} to be translated")


if __name__ == "__main__":
    main()
