"""Documents by their ids."""

from __future__ import annotations

import numpy as np
import pytest

from roster.models import Document, Organization
from roster.publishing.lists import Numbers, Swept
from roster.reading.facts_sql import LINES
from roster.reading.lookups import bodies

pytestmark = pytest.mark.django_db


def kept(count: int) -> Numbers:
    organization = Organization.objects.create(slug="riverside", name="Riverside")
    rows = [
        Document(
            organization=organization,
            version="1.2",
            collection="classes",
            record=number,
            digest=str(number),
            sourced_id=str(number),
            body=f'{{"title":"Año {number}\\\\n"}}',
        )
        for number in range(count)
    ]
    Document.objects.bulk_create(rows)
    return np.array([*Document.objects.order_by("record").values_list("pk", flat=True)])


def test_documents_come_in_the_order_in_which_they_are_asked_for() -> None:
    every = kept(2 * LINES + 1)
    asked = np.roll(every[::-1], 7)
    order = np.searchsorted(every, asked).tolist()
    assert bodies(asked) == [f'{{"title":"Año {number}\\\\n"}}'.encode() for number in order]
    assert bodies(every[3:4]) == ['{"title":"Año 3\\\\n"}'.encode()]
    assert bodies(every[:0]) == []


@pytest.mark.parametrize("count", [1, LINES + 1])
def test_a_document_that_is_gone_is_missed(count: int) -> None:
    every = kept(count)
    Document.objects.filter(pk=every[-1]).delete()
    with pytest.raises(Swept):
        bodies(every)
