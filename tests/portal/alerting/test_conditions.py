"""What needs a person, in words that fit a line."""

from __future__ import annotations

import pytest

from portal.alerting.conditions import reasons


@pytest.mark.parametrize(
    ("number", "told"),
    [(1, "Reason 1."), (2, "Reason 1. Reason 2."), (5, "Reason 1. Reason 2. And 3 more reasons.")],
)
def test_the_first_reasons_of_a_hold_are_told(number: int, told: str) -> None:
    holds = [{"code": "removals", "reason": f"Reason {at + 1}."} for at in range(number)]
    assert reasons(holds) == told
