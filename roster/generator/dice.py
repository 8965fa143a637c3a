"""Throws dice that always fall the same way for the same subject.

Every made-up fact about a person hangs on the seed and that person's number alone, never on who
was made before: so a district can be written file by file without remembering anybody, and one
more student changes nobody else. (`random.Random` would tie the result to the Python version.)
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Choices about one subject; 512 bits, good for some fifty throws."""

    def __init__(self, *subject: object) -> None:
        digest = blake2b("/".join(map(str, subject)).encode()).digest()
        self._bits = int.from_bytes(digest, "big")

    def below(self, bound: int) -> int:
        """Gives a number from 0 to `bound` - 1."""
        self._bits, rest = divmod(self._bits, bound)
        return rest

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.below(len(choices))]

    def one_in(self, bound: int) -> bool:
        return self.below(bound) == 0


def hits(number: int, rule: tuple[int, int]) -> bool:
    """Says whether a number is one of every so many, counted from another."""
    return number % rule[0] == rule[1]
