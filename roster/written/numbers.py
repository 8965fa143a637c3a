"""The numbers of an organization's gradebook: each is a moment, later than the one before it."""

from __future__ import annotations

from roster.clock import clock, milliseconds
from roster.models import Gradebook


def take(organization: int, many: int = 1) -> int:
    """Return the first of so many new numbers, in a transaction.

    Until it ends nobody else takes one: numbers are in the order in which they become readable.
    """
    # Locks the row, on either engine, until the transaction ends.
    book, _ = Gradebook.objects.select_for_update().get_or_create(pk=organization)
    number = max(milliseconds(clock()), book.last + 1)
    Gradebook.objects.filter(pk=organization).update(last=number + many - 1)
    return number


def last(organization: int) -> int:
    """Return the number of the last write that can be read, 0 where nothing was written."""
    return Gradebook.objects.filter(pk=organization).values_list("last", flat=True).first() or 0
