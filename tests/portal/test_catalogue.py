"""Every sentence that people read has its translation, with the same facts in it."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages import mofile
from babel.messages.mofile import write_mo

from portal.catalogues import compiled
from tests.catalogue import catalogues, marked, read, untranslated

FACT = re.compile(r"%\((\w+)\)[sd]|\{(\w*)(?::,)?\}|(%s)|(</?\w+[^>]*>)")


@pytest.fixture(params=catalogues(), ids=lambda path: path.parent.parent.name)
def path(request: pytest.FixtureRequest) -> Path:
    return request.param  # type: ignore[no-any-return]


def test_the_catalogue_holds_every_marked_sentence_and_no_other(path: Path):
    """`python -m tests.catalogue` brings it up to date."""
    assert {message.id for message in read(path) if message.id} == marked()


def test_each_has_a_translation_that_somebody_is_sure_of(path: Path):
    catalogue = read(path)
    assert untranslated(catalogue) == []
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []


def test_a_translation_has_the_facts_of_its_sentence(path: Path):
    unlike = [(said, told) for said, told in pairs(path) if facts(said) != facts(told)]
    assert unlike == []


def test_a_catalogue_is_compiled_once_for_what_it_says(tmp_path: Path):
    place = compiled(tmp_path)
    file = place / "es" / "LC_MESSAGES" / "django.mo"
    made = file.stat().st_mtime_ns
    assert compiled(tmp_path) == place
    assert file.stat().st_mtime_ns == made
    with file.open("rb") as binary:
        assert gettext.GNUTranslations(binary).gettext("Vendor") == "Proveedor"


def test_processes_of_the_same_number_compile_it_side_by_side(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """As in containers, in each of which the server is process 1."""

    def write(file: Any, catalogue: Any) -> None:
        monkeypatch.undo()
        compiled(tmp_path)
        write_mo(file, catalogue)

    monkeypatch.setattr(mofile, "write_mo", write)
    place = compiled(tmp_path)
    with (place / "es" / "LC_MESSAGES" / "django.mo").open("rb") as binary:
        assert gettext.GNUTranslations(binary).gettext("Vendor") == "Proveedor"
    assert not [path for path in place.rglob("django.*") if path.suffix != ".mo"]


def pairs(path: Path) -> Iterator[tuple[str, str]]:
    for message in read(path):
        said: Any = message.id
        told: Any = message.string
        if said:
            yield (said[1], told[1]) if isinstance(said, tuple) else (said, told)


def facts(sentence: str) -> set[str]:
    return {"".join(found) for found in FACT.findall(sentence)}
