"""What in the data will bite: how much of it reaches no vendor, and what else needs repair."""

from roster.checking.asking import SHOWN, check_data
from roster.checking.numbers import (
    Numbers,
    everything_shared,
    numbers,
    numbers_of,
    records_behind,
    visible_people,
)
from roster.checking.prerequisites import NEEDS
from roster.checking.sentences import in_words

__all__ = [
    "NEEDS",
    "SHOWN",
    "Numbers",
    "check_data",
    "everything_shared",
    "in_words",
    "numbers",
    "numbers_of",
    "records_behind",
    "visible_people",
]
