"""The numbers of an organization's gradebook: each is a moment, later than the one before it."""

from __future__ import annotations

from roster.clock import clock, milliseconds
from roster.models import Gradebook


def take(organization: int, many: int = 1) -> int:
    """Return the first of so many new numbers, in a transaction.

    Until it ends nobody else takes one: numbers are in the order in which they become readable.
    """
    Gradebook.objects.get_or_create(pk=organization)
    # One statement that locks the row, on either engine, until the transaction ends.
    book = Gradebook.objects.select_for_update().get(pk=organization)
    number = max(milliseconds(clock()), book.last + 1)
    Gradebook.objects.filter(pk=organization).update(last=number + many - 1)
    return number
