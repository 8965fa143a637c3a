"""Choices that are explained: each option has its words below it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

Explained = Mapping[str, Any]


class Explaining:
    """Gives every option of a choice its explanation, read by `_choices.html` as `data.help`."""

    explained: Explained = {}
    extra: Mapping[str, Explained] = {}

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(*args, **kwargs)  # type: ignore[misc]
        value = str(option["value"])
        option |= {"help": self.explained.get(value, ""), **self.extra.get(value, {})}
        if option["help"] or option.get("lozenges"):
            # A screen reader says the name first, and the explanation after it.
            known_as = option["attrs"]["id"]
            option["attrs"]["aria-labelledby"] = f"{known_as}_label"
            option["attrs"]["aria-describedby"] = f"{known_as}_help"
        return option


class Tiles(Explaining, forms.RadioSelect):
    """One of several, as tiles."""


class Ticks(Explaining, forms.CheckboxSelectMultiple):
    """Any of several, as tiles."""


class Secret(forms.Textarea):
    """A password or a key: what was filled in is never written back into a page."""

    def __init__(self) -> None:
        super().__init__({"rows": 3, "spellcheck": "false", "autocomplete": "off"})

    def format_value(self, value: Any) -> None:
        """Return nothing, whatever was sent."""


class Day(forms.DateInput):
    """A day, asked for by the browser's own calendar."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)
