"""What in the data will bite: how much of it reaches no vendor, and what else needs repair."""

from roster.checking.asking import SHOWN, check_data
from roster.checking.prerequisites import NEEDS
from roster.checking.sentences import because, in_words
from roster.checking.unreached import (
    VERSIONS,
    Numbers,
    everything_shared,
    numbers,
    numbers_of,
    records_behind,
)
from roster.deciding.reasons import Reason
