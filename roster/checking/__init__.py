"""What in the data will bite: how much of it reaches no vendor, and what else needs repair."""

from roster.checking.numbers import everything_shared, numbers, records_behind, visible_people
from roster.checking.sentences import in_words

__all__ = ["everything_shared", "in_words", "numbers", "records_behind", "visible_people"]
