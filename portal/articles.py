"""The handbooks for vendor engineers, districts and operators: Markdown under `portal/docs/`.

An article's first line is its title, and its sections begin with `##`. Limits and addresses stand
in it as variables of Django's templates, so that no number is written twice. Links name files:
`[paging](paging.md#runs)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple

from django.template import Context, Engine
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape, strip_tags
from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

FOLDER = Path(__file__).with_name("docs")

BOOKS: dict[str, tuple[str, ...]] = {
    "developers": (
        "sync",
        "paging",
        "queries",
        "visibility",
        "grades",
        "guidelines",
        "snippets",
        "troubleshooting",
        "terms",
        "changes",
    ),
    "district": (
        "guide",
        "imports",
        "prerequisites",
        "sharing",
        "exclude",
        "cache",
        "grades",
        "pausing",
        "moving",
        "parents",
        "people",
        "words",
    ),
    "operators": (
        "setup",
        "running",
        "threats",
    ),
}
"""The articles of each handbook, in the order of its contents."""

HELP = {
    "connection": "sharing",
    "connections": "guide",
    "connection_new": "guide",
    "connection_act": "pausing",
    "connection_several": "pausing",
    "connection_several_job": "pausing",
    "connection_calendar": "pausing",
    "connection_information": "guide",
    "connection_kept_out": "parents",
    "connection_keep_out": "parents",
    "connection_requests": "parents",
    "connection_view": "parents",
    "organization": "guide",
    "roster": "exclude",
    "roster_record": "parents",
    "grade": "grades",
    "import": "imports",
    "prerequisites": "prerequisites",
    "cache": "cache",
    "audit": "people",
    "staff": "people",
    "act": "exclude",
    "rollover": "pausing",
    "setting": "cache",
}
"""The article beside each page of the desk: that of the longest beginning of its name."""

_HEADING = re.compile(r"^## +(.+)$", re.MULTILINE)
_ARTICLE_LINK = re.compile(r"(?:\.\./(?P<book>\w+)/)?(?P<name>[\w-]+)\.md(?P<anchor>#[\w-]+)?")


class Section(NamedTuple):
    """A part of an article: its heading, its anchor, and its HTML."""

    title: str
    anchor: str
    html: str


@dataclass(frozen=True, slots=True)
class Article:
    """One page of a handbook; `lead` is what stands before the first section."""

    book: str
    name: str
    title: str
    lead: str
    sections: tuple[Section, ...]

    @property
    def address(self) -> str:
        return address_of(self.book, self.name)


class Part(NamedTuple):
    """What a search looks through and finds: a section, or what stands before the first one."""

    page: str
    heading: str
    address: str
    text: str

    @property
    def title(self) -> str:
        return f"{self.page}: {self.heading}" if self.heading else self.page


def address_of(book: str, name: str) -> str:
    """Return the path of an article's page."""
    return reverse("docs_article", args=[name] if book == "developers" else [book, name])


def article(book: str, name: str, values: Mapping[str, Any]) -> Article:
    """Return an article with these values of its variables."""
    text = Engine(autoescape=False).from_string(_text(book, name)).render(Context(dict(values)))
    title, _, rest = text.partition("\n")
    lead, *parts = _HEADING.split(rest)
    sections = (
        Section(heading, slugify(heading), _html(book, slugify(heading), body))
        for heading, body in zip(parts[::2], parts[1::2], strict=True)
    )
    return Article(book, name, title.removeprefix("# "), _html(book, name, lead), tuple(sections))


def contents(book: str) -> list[tuple[str, str]]:
    """Return name and title of a handbook's articles, in order."""
    return [(name, _text(book, name).partition("\n")[0].removeprefix("# ")) for name in BOOKS[book]]


def help_for(page: str) -> tuple[str, str] | None:
    """Return address and title of the article that belongs to a page of the desk."""
    known = [name for name in HELP if page.startswith(name)]
    if not known:
        return None
    name = HELP[max(known, key=len)]
    return address_of("district", name), dict(contents("district"))[name]


def search(words: str, parts: Iterable[Part]) -> list[Part]:
    """Return the parts that hold all these words; those that have them in the title come first."""
    wanted = words.casefold().split()
    found = [part for part in parts if wanted and _contains(f"{part.title} {part.text}", wanted)]
    return sorted(found, key=lambda part: not _contains(part.title, wanted))


def parts_of(book: str, values: Mapping[str, Any]) -> Iterator[Part]:
    """Return a handbook's parts, in its order."""
    for name in BOOKS[book]:
        one = article(book, name, values)
        yield Part(one.title, "", one.address, plain(one.lead))
        for each in one.sections:
            yield Part(one.title, each.title, f"{one.address}#{each.anchor}", plain(each.html))


def plain(html: str) -> str:
    """Return the text of HTML, on one line."""
    return " ".join(unescape(strip_tags(html)).split())


def _contains(text: str, wanted: list[str]) -> bool:
    folded = text.casefold()
    return all(word in folded for word in wanted)


@lru_cache(maxsize=64)
def _text(book: str, name: str) -> str:
    return (FOLDER / book / f"{name}.md").read_text(encoding="utf-8")


def _html(book: str, anchor: str, text: str) -> str:
    return str(_markdown().render(text, {"book": book, "anchor": anchor}))


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}, renderer_cls=Renderer).enable("table")


class Renderer(RendererHTML):
    """Writes tables, code and links as the other pages of the documentation do."""

    def table_open(self, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
        return '<div class="wide"><table class="sheet">'

    def table_close(self, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
        return "</table></div>"

    def fence(self, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
        """Write code with its copy button; what follows the language is its caption."""
        language, _, says = tokens[at].info.partition(" ")
        code = tokens[at].content.rstrip("\n")
        context = {"name": f"{env['anchor']}-{at}", "says": says, "code": code, "shell": False}
        return render_to_string("docs/_code.html", {**context, "language": language})

    def link_open(self, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
        href = str(tokens[at].attrGet("href"))
        if found := _ARTICLE_LINK.fullmatch(href):
            book = found["book"] or env["book"]
            href = address_of(book, found["name"]) + (found["anchor"] or "")
        return f'<a href="{escape(href)}">'
