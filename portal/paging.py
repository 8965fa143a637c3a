"""Cutting a list into pages whose addresses keep everything else that was asked."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest

PER_PAGE = 50


@dataclass(frozen=True)
class Paged:
    """One page of `total` rows: which rows, and the addresses of the pages before and after."""

    number: int
    total: int
    per_page: int
    query: str

    @property
    def first(self) -> int:
        return (self.number - 1) * self.per_page + 1 if self.total else 0

    @property
    def last(self) -> int:
        return min(self.number * self.per_page, self.total)

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.per_page))

    @property
    def before(self) -> str:
        return self._address(self.number - 1) if self.number > 1 else ""

    @property
    def after(self) -> str:
        return self._address(self.number + 1) if self.number < self.pages else ""

    @property
    def cut(self) -> slice:
        return slice((self.number - 1) * self.per_page, self.number * self.per_page)

    def _address(self, number: int) -> str:
        page = [("page", str(number))] if number > 1 else []
        query = [self.query] if self.query else []
        return "?" + "&".join([*query, urlencode(page)] if page else query)


def paged(request: HttpRequest, total: int, per_page: int = PER_PAGE) -> Paged:
    """Return the page that the request asks for; the nearest one where there is none such."""
    asked = request.GET.get("page", "")
    number = int(asked) if asked.isdecimal() and len(asked) < 8 else 1
    others = [
        (name, value)
        for name, values in request.GET.lists()
        for value in values
        if name != "page" and value
    ]
    whole = Paged(1, total, per_page, urlencode(others))
    return Paged(min(max(number, 1), whole.pages), total, per_page, whole.query)
