"""One connection takes its share of a process, and no more."""

from __future__ import annotations

import pytest
from rest_framework.exceptions import Throttled

from roster.api import shares

HUGE, USUAL = shares.AT_ONCE, 1000
ONE, OTHER = 1, 2


def test_forty_huge_pages_are_given_one_after_the_other():
    with shares.share(ONE, HUGE):
        for _ in range(39):
            with pytest.raises(Throttled), shares.share(ONE, HUGE):
                pass
        with shares.share(OTHER, HUGE // 2):  # Nobody else is refused.
            pass
    with shares.share(ONE, HUGE):
        pass
    assert shares._taken == {}


def test_pages_of_usual_size_never_meet_the_bound():
    def more(left: int) -> None:
        if left:
            with shares.share(ONE, USUAL):
                more(left - 1)

    more(40)


def test_a_share_is_given_back_by_whoever_fails():
    with pytest.raises(ZeroDivisionError), shares.share(ONE, HUGE):
        raise ZeroDivisionError
    with shares.share(ONE, HUGE):
        pass


def test_large_pages_wait_for_each_other_and_usual_ones_dont():
    with shares.share(ONE, HUGE), shares.share(OTHER, HUGE // 2):
        with pytest.raises(Throttled), shares.share(3, HUGE // 2):
            pass
        with shares.share(3, USUAL):
            pass
    with shares.share(3, HUGE):
        pass
