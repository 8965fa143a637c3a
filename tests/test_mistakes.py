"""The tables of mistakes fit the product as it is; whether they are found is told by command."""

from __future__ import annotations

import pytest

from tests.conformance import mistakes as of_questions
from tests.model import mistakes as of_histories
from tests.mutating import Mutation, lost


@pytest.mark.parametrize("mutations", [of_questions.MUTATIONS, of_histories.MUTATIONS])
def test_every_mistake_can_still_be_made(mutations: list[Mutation]) -> None:
    assert lost(mutations) == []
    assert len({(row.file, row.old, row.new) for row in mutations}) == len(mutations) >= 15
