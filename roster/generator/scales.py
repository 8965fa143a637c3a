"""Says what scores mean: score scales and learning objectives, which 1.1 doesn't know."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from uuid import UUID

from roster.generator.line_items import Item, for_classes
from roster.generator.nights import Night
from roster.generator.results import Result, results_of
from roster.generator.shapes import Groups, Row, Sources

_LETTERS = "{A:90-100},{B:80-89},{C:70-79},{D:60-69},{F:0-59}"
_LEVELS = "{Exceeds:4},{Meets:3},{Nears:2},{Begins:1}"


def add_scales(streams: Sources, night: Night) -> None:
    streams["scoreScales"] = (for_classes(night, _score_scale),)
    streams["lineItemScoreScales"] = (for_classes(night, _scale_link),)
    streams["resultScoreScales"] = (_for_results(night, _result_scale_link),)
    streams["lineItemLearningObjectiveIds"] = (for_classes(night, _objectives),)
    streams["resultLearningObjectiveIds"] = (_for_results(night, _result_objectives),)


def _scale_id(item: Item) -> str:
    return f"scl-{item.sourced_id.removeprefix('lin-')}"


def _score_scale(item: Item) -> list[Row]:
    if not item.scale:
        return []
    letters = item.scale == "letters"
    return [
        {
            "sourcedId": _scale_id(item),
            "title": "Letters" if letters else "Levels",
            "type": "letter" if letters else "standard",
            "orgSourcedId": item.klass.school,
            "courseSourcedId": item.klass.course.sourced_id,
            "classSourcedId": item.klass.sourced_id,
            "scoreScaleValue": _LETTERS if letters else _LEVELS,
        }
    ]


def _scale_link(item: Item) -> list[Row]:
    if not item.scale:
        return []
    return [
        {
            "sourcedId": item.sourced_id.replace("lin-", "lsc-"),
            "lineItemSourcedId": item.sourced_id,
            "scoreScaleSourcedId": _scale_id(item),
        }
    ]


def _objectives(item: Item) -> list[Row]:
    """Gives what an essay is about: an objective of a published framework, one of our own."""
    if item.scale != "levels":
        return []
    name = item.sourced_id.replace("lin-", "lob-")
    named = (("case", _objective(item)), ("unknown", "WRITE-7"))
    return [
        {
            "sourcedId": f"{name}-{nth}",
            "lineItemSourcedId": item.sourced_id,
            "source": source,
            "learningObjectiveId": objective,
        }
        for nth, (source, objective) in enumerate(named, 1)
    ]


def _objective(item: Item) -> str:
    """Gives the URN of the objective of a course."""
    digest = blake2b(item.klass.course.sourced_id.encode(), digest_size=16).digest()
    return UUID(bytes=digest, version=4).urn


def _for_results(night: Night, tell: Callable[[Result], Row]) -> Groups:
    """Tells something more about each graded result that goes by levels."""
    for pupil in night.pupils():
        yield [
            tell(result)
            for result in (results_of(night, pupil) if pupil else ())
            if result.item.scale == "levels" and "graded" in result.status
        ]


def _result_scale_link(result: Result) -> Row:
    return {
        "sourcedId": result.sourced_id.replace("res-", "rss-"),
        "resultSourcedId": result.sourced_id,
        "scoreScaleSourcedId": _scale_id(result.item),
    }


def _result_objectives(result: Result) -> Row:
    return {
        "sourcedId": result.sourced_id.replace("res-", "rob-"),
        "resultSourcedId": result.sourced_id,
        "source": "case",
        "learningObjectiveId": _objective(result.item),
        "score": str(result.score),
        "textScore": result.word,
    }
