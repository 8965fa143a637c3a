"""The handbooks: an article a page, and a search over all of them. Public, like the reference."""

from __future__ import annotations

from datetime import timedelta
from itertools import chain
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from connections import runs
from connections.information import TOKEN_PATH
from portal import articles
from portal.pages import docs
from roster.api.addresses import origin_of
from roster.api.parameters import DEFAULT_LIMIT, MOST_LIMIT
from roster.api.throttling import BUDGET, PERIOD
from roster.api.write_views import MOST_AT_ONCE
from roster.caches import MEGABYTE, Cache
from roster.dialects.references import base_path
from roster.models import Organization
from roster.reading.query import MOST_CLAUSES

EXCERPT = 180
"""Characters of what was found that are shown."""

_parts = Cache[list[articles.Part]](
    2 * MEGABYTE, lambda parts: sum(len(each.text) for each in parts)
)
"""What a search looks through, by the address that the pages name."""


@require_safe
def show(request: HttpRequest, name: str, book: str = "developers") -> HttpResponse:
    """An article of a handbook."""
    if name not in articles.BOOKS.get(book, ()):
        raise Http404
    context = {
        **docs.around(book),
        "article": articles.article(book, name, _values(request)),
    }
    return TemplateResponse(request, "docs/article.html", context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """What the documentation says about some words: to vendors first, operators last."""
    words = request.GET.get("q", "").strip()[:100]
    base = origin_of(request)
    found = articles.search(words, _parts.get(base) or _parts.put(base, _everything(request)))
    context = {
        **docs.around(""),
        "words": words,
        "found": [(part.title, part.address, _excerpt(part.text, words)) for part in found],
    }
    return TemplateResponse(request, "docs/search.html", context)


def _everything(request: HttpRequest) -> list[articles.Part]:
    values = _values(request)
    vendors, *others = (articles.parts_of(book, values) for book in articles.BOOKS)
    return list(chain(vendors, docs.parts(request), *others))


def _excerpt(text: str, words: str) -> str:
    """Return the part of a text that the first of these words stands in."""
    places = [at for word in words.split() if (at := text.casefold().find(word.casefold())) >= 0]
    begin = min(places, default=0)
    begin = text.rfind(" ", 0, begin - EXCERPT // 3) + 1 if begin > EXCERPT // 2 else 0
    return ("…" if begin else "") + text[begin : begin + EXCERPT]


def _values(request: HttpRequest) -> dict[str, Any]:
    """Return the variables of articles: addresses of the installation, and limits."""
    base = origin_of(request)
    days = Organization._meta.get_field("tombstone_days").default
    return {
        "base": base,
        "token_url": base + TOKEN_PATH,
        "base_11": base + base_path("1.1", "rostering"),
        "base_12": base + base_path("1.2", "rostering"),
        "gradebook_11": base + base_path("1.1", "gradebook"),
        "gradebook_12": base + base_path("1.2", "gradebook"),
        "default_limit": DEFAULT_LIMIT,
        "most_limit": f"{MOST_LIMIT:,}",
        "most_clauses": MOST_CLAUSES,
        "most_at_once": f"{MOST_AT_ONCE:,}",
        "token_minutes": docs.TOKEN_LIVES // 60,
        "budget": f"{BUDGET:,}",
        "period": PERIOD,
        "idle_minutes": runs.IDLE // timedelta(minutes=1),
        "longest_hours": runs.LONGEST // timedelta(hours=1),
        "tombstone_days": days,
    }
