"""Rows that are above themselves have no parent; all others keep theirs."""

from __future__ import annotations

import pytest

from roster.hierarchy.circles import in_circles, without_circles

CASES = {
    "nothing": ({}, {}),
    "a chain": ({"a": "b", "b": "c"}, {"a": "b", "b": "c"}),
    "its own parent": ({"a": "a"}, {}),
    "two of each other": ({"a": "b", "b": "a"}, {}),
    "what hangs on a circle": ({"x": "a", "a": "b", "b": "a", "y": "x"}, {"x": "a", "y": "x"}),
    "a longer circle, and a chain that ends elsewhere": (
        {"a": "b", "b": "c", "c": "a", "m": "n"},
        {"m": "n"},
    ),
}


@pytest.mark.parametrize(("parents", "kept"), CASES.values(), ids=CASES.keys())
def test_only_links_that_lead_back_are_cut(parents: dict[str, str], kept: dict[str, str]) -> None:
    assert without_circles(parents) == kept
    assert in_circles(parents) == parents.keys() - kept.keys()
