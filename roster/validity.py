"""Turns what a model's validators say into a refusal in words."""

from __future__ import annotations

from collections.abc import Collection

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model

from roster.refusal import Refused


def require_valid(row: Model, exclude: Collection[str] = ()) -> None:
    """Refuse a row that its model's fields and constraints don't allow, naming each field."""
    try:
        row.full_clean(exclude=set(exclude))
    except ValidationError as error:
        raise Refused(
            " ".join(_said(field, words) for field, words in error.message_dict.items())
        ) from error


def _said(field: str, words: list[str]) -> str:
    text = " ".join(words)
    return text if field == NON_FIELD_ERRORS else f"{field.replace('_', ' ').capitalize()}: {text}"
