"""Values that a bundle may have and a document may not."""

from __future__ import annotations

from roster.dialects.documents import objectives


def test_a_source_of_ones_own_is_told_as_unknown():
    known = [
        {"source": "case", "learningObjectiveIds": ["a"]},
        {"source": "unknown", "learningObjectiveIds": ["b"]},
    ]
    own = {"source": "ext:state", "learningObjectiveIds": ["K.1"]}
    assert objectives([*known, own]) == [*known, {**own, "source": "unknown"}]
