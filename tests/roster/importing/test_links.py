"""Score scales and learning objectives come in files of their own and end in their rows."""

from __future__ import annotations

from roster.models import LineItem, Result, ScoreScale
from tests.roster.importing.bundles import EVERYTHING, edited
from tests.roster.importing.conftest import Bundler


def uuid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


OBJECTIVES = [
    {"source": "case", "learningObjectiveIds": [uuid(1), uuid(2)]},
    {"source": "unknown", "learningObjectiveIds": ["Z"]},
]
SCORES = [
    {
        "source": "case",
        "learningObjectiveResults": [
            {"learningObjectiveId": uuid(1), "score": 3.0},
            {"learningObjectiveId": uuid(2), "textScore": "met"},
        ],
    }
]


def test_links_are_kept_as_rest_shows_them(load: Bundler) -> None:
    load(EVERYTHING)
    item, result = LineItem.objects.get(), Result.objects.get()
    assert (item.score_scale, result.score_scale) == ("sc", "sc")
    assert item.learning_objectives == OBJECTIVES
    assert result.learning_objectives == SCORES


def test_a_scale_s_score_or_range_stands_left(load: Bundler) -> None:
    load(EVERYTHING)
    assert ScoreScale.objects.get(sourced_id="sc").values == [
        {"itemValueLHS": "90-100", "itemValueRHS": "A"},
        {"itemValueLHS": "80", "itemValueRHS": "B"},
        {"itemValueLHS": "60-69", "itemValueRHS": "D"},
    ]
    assert ScoreScale.objects.get(sourced_id="sd").values == [
        {"itemValueLHS": "50", "itemValueRHS": "Pass"}
    ]


def test_links_change_and_go(load: Bundler) -> None:
    load(EVERYTHING)
    files = edited(EVERYTHING, "lineItemScoreScales.csv", "l1,sc", "l1,sd")
    files = edited(files, "lineItemLearningObjectiveIds.csv", "lo2,,,l1,unknown,Z\n", "")
    done = load(files)
    item = LineItem.objects.get()
    assert (item.score_scale, item.learning_objectives) == ("sd", OBJECTIVES[:1])
    assert done.counts["lineItemScoreScales.csv"]["updated"] == 1
    gone = edited(EVERYTHING, "lineItemScoreScales.csv", "ls1,,,,l1", "ls1,tobedeleted,,,l1")
    assert load(gone).counts["lineItemScoreScales.csv"]["read"] == 1
    assert LineItem.objects.get().score_scale == ""


def test_a_faulty_link_clears_nothing(load: Bundler) -> None:
    load(EVERYTHING)
    load(edited(EVERYTHING, "lineItemScoreScales.csv", "l1,sc", "l1,"))
    assert LineItem.objects.get().score_scale == "sc"


def test_the_first_of_two_scales_is_taken(load: Bundler) -> None:
    twice = EVERYTHING["lineItemScoreScales.csv"] + "ls2,,,,l1,sd\n"
    done = load(EVERYTHING | {"lineItemScoreScales.csv": twice})
    assert LineItem.objects.get().score_scale == "sc"
    assert done.findings.get().code == "link-twice"


def test_a_case_objective_that_is_no_urn_is_kept_and_told(load: Bundler) -> None:
    files = edited(EVERYTHING, "lineItemLearningObjectiveIds.csv", f"urn:uuid:{uuid(1)}", "ELA-7")
    assert load(files).findings.get().code == "objective-form"
    assert LineItem.objects.get().learning_objectives[0]["learningObjectiveIds"][0] == "ELA-7"
