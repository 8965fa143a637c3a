"""How the list of connections is searched, narrowed and ordered, from its address."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from connections.models import Connection
from portal import words
from portal.asked import asked

EVER = datetime.min.replace(tzinfo=UTC)
"""Before everything: when a vendor was seen that never was."""

STATUSES = [
    ("", _("All but closed ones")),
    *((name, standing.label) for name, standing in words.STANDINGS.items()),
]
ORDERS = [
    ("", _("Name")),
    ("seen", _("Last seen, longest ago first")),
    ("status", _("Status")),
    ("new", _("Newest first")),
]


class ListForm(forms.Form):
    """What is looked for; whatever the address says that isn't offered counts as not asked."""

    q = forms.CharField(required=False)
    status = forms.ChoiceField(label=_("Status"), choices=STATUSES, required=False)
    has = forms.ChoiceField(
        label=_("Function"), choices=[("", _("All")), *words.TYPE_NAMES.items()], required=False
    )
    order = forms.ChoiceField(label=_("Order"), choices=ORDERS, required=False)

    def __init__(self, request: HttpRequest) -> None:
        super().__init__({name: asked(request, name) for name in self.base_fields})
        self.full_clean()

    def given(self, name: str) -> str:
        return str(self.cleaned_data.get(name, "")).strip()

    @property
    def narrows(self) -> bool:
        return any(self.given(name) for name in ("q", "status", "has"))

    def of(self, connections: list[Connection]) -> list[Connection]:
        """Return those that fit, in order; `connections` come by name."""
        order, status = self.given("order"), self.given("status")
        found = [each for each in connections if self._fits(each, status)]
        keys: dict[str, Any] = {
            "seen": lambda each: each.last_seen or EVER,
            "status": lambda each: list(words.STANDINGS).index(words.standing_of(each)),
            "new": lambda each: -each.created.timestamp(),
        }
        return sorted(found, key=keys[order]) if order in keys else found

    def _fits(self, connection: Connection, status: str) -> bool:
        standing = words.standing_of(connection)
        looked_for = self.given("q").casefold()
        names = (connection.name.casefold(), connection.purpose.casefold())
        return (
            (standing == status if status else standing != "closed")
            and self.given("has") in ("", "roster", *connection.types)
            and any(looked_for in name for name in names)
        )
