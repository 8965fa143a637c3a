"""Why a write is refused: what the API answers, and nothing of it is kept."""

from __future__ import annotations


class Refusal(Exception):
    """A write that isn't done; `str()` says why, for the vendor to read."""


class Invalid(Refusal):
    """A value can't be taken (422). The words begin with the field's name."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field, self.why = field.rpartition("].")[2], why
        self.logged = f"{self.field}: not accepted"


class NotYours(Refusal):
    """The record belongs to the district or to another vendor (403)."""


class Unwritten(Refusal):
    """There is no such record that the vendor wrote (404)."""


class Stale(Refusal):
    """The record has changed since the client read it (412)."""
