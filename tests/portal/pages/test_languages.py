"""Pages speak the language of whoever reads them, and every word of theirs can be translated."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import CharField, JSONField, TextField
from django.test import Client
from django.utils.translation import trans_real

from connections.models import Connection
from portal.models import Staff
from roster.importing.files import FILES
from roster.models import Import
from tests.portal.pages.test_doors import DOORS, IMPORT, IN, address_of

SPOKEN = {"alt", "aria-label", "data-label", "placeholder", "title", "aria-description"}
OURS = {"reason", "message", "stage", "kind", "type", "role", "state", "status", "action", "holds"}
"""The columns that hold words of ours."""

WORD = re.compile(r"[^\W\d_][\w.@/+'-]*")
AS_IT_IS = {
    *("Rosterdesk", "OneRoster", "GET", "de"),
    *(file.filename for file in FILES.values()),
    *dict(settings.LANGUAGES).values(),
}
"""Names that are the same in every language, and what Spanish has between day and month."""

SILENT = {"script", "style", "svg", "code", "pre", "time"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Brackets(trans_real.DjangoTranslation):
    """Spanish in which each sentence that has a translation is itself, within brackets."""

    def __init__(self) -> None:
        super().__init__("es")
        self.known: Any = vars(self)["_catalog"]

    def gettext(self, message: str) -> str:
        known = message in self.known
        return f"⟦{message.rpartition(chr(4))[2]}⟧" if known and message else message

    def ngettext(self, one: str, many: str, number: int) -> str:
        words = one if number == 1 else many
        known = (one, 0) in self.known
        return f"⟦{words.rpartition(chr(4))[2]}⟧" if known else words


class Words(HTMLParser):
    """Collects what a page says to a person outside of what is marked as data."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[bool] = []
        self.said: list[str] = []
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        silent = (
            tag in SILENT
            or given.get("translate") == "no"
            or given.get("lang", "es") != "es"
            or (self.open and self.open[-1])
        )
        if tag not in VOID:
            self.open.append(bool(silent))
        if not silent:
            self.said += [value for name, value in attrs if name in SPOKEN and value]

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        plain = ""
        for letter in data:
            self.depth += (letter == "⟦") - (letter == "⟧")
            plain += letter if not self.depth and letter != "⟧" else " "
        if not (self.open and self.open[-1]):
            self.said.append(plain)


def outside(page: str) -> Iterator[str]:
    """Yield what stands outside of all brackets and has letters."""
    words = Words()
    words.feed(page)
    for said in words.said:
        said = re.sub(r"⟦[^⟦⟧]*⟧", " ", re.sub(r"⟦[^⟦⟧]*⟧", " ", said))
        if re.search(r"[^\W\d_]", said):
            yield " ".join(said.split())


@pytest.fixture
def brackets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vars(trans_real)["_translations"], "es", Brackets())


def pages(at: int) -> list[str]:
    return [
        name
        for (name, method), answers in DOORS.items()
        if method == "get" and answers[at] == IN
        and not name.endswith(("_csv", "_findings", "postman")) and not name.startswith("docs")
    ]  # fmt: skip


def known() -> set[str]:
    """Return every word of the data: what people and systems wrote, and OneRoster's own names."""
    found = AS_IT_IS | zoneinfo.available_timezones()
    for model in apps.get_models():
        columns = [
            field.attname
            for field in model._meta.concrete_fields
            if isinstance(field, (CharField, TextField, JSONField)) and field.name not in OURS
        ]
        for row in model._default_manager.values_list(*columns):
            found.update(WORD.findall(" ".join(map(str, row))))
    return found


def test_every_word_of_a_page_can_be_translated(
    brackets: None, published: Connection, everybody: dict[str, Client]
):
    Import.objects.create(pk=IMPORT, organization=published.organization, name="roster.zip")
    Staff.objects.update(language="es")
    data, english = known(), {}
    for who, at in (("dana", 3), ("olga", 4)):
        for name in pages(at):
            answer = everybody[who].get(address_of(name, "riverside", published.pk))
            for each in outside(answer.content.decode()):
                if not {*WORD.findall(each)} <= data:
                    english[each] = name
    assert english == {}
