"""What the product refuses, in words its reader can act on."""

from __future__ import annotations

from collections.abc import Collection

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model
from django.utils.translation import gettext


class Refused(Exception):
    """Something was asked that can't be done; nothing was changed.

    `str()` is a whole sentence for the person who asked, in the language of that moment. Commands
    print it and exit 1, pages show it with the form. `facts` fill the sentence's `%(name)s`.
    """

    def __init__(self, words: str = "", **facts: object) -> None:
        super().__init__(words)
        self.facts = facts

    def __str__(self) -> str:
        words = gettext(str(self.args[0]))
        return words % self.facts if self.facts else words


class Cancelled(Exception):
    """Nobody wants the work any more, or another process has it now: who does it stops."""


def require_valid(row: Model, exclude: Collection[str] = ()) -> None:
    """Refuse a row that its model's fields and constraints don't allow, naming each field."""
    try:
        row.full_clean(exclude=set(exclude))
    except ValidationError as error:
        raise Refused(
            " ".join(_sentence(field, words) for field, words in error.message_dict.items())
        ) from error


def _sentence(field: str, words: list[str]) -> str:
    text = " ".join(words)
    return text if field == NON_FIELD_ERRORS else f"{field.replace('_', ' ').capitalize()}: {text}"
