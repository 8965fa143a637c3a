"""Sessions of the same dates are one school year, whatever they are called."""

from __future__ import annotations

from datetime import date

import pytest

from roster.hierarchy.timetable import Session, Timetable

Y27 = (date(2026, 8, 1), date(2027, 6, 30))
NEARLY = (date(2026, 8, 17), date(2027, 6, 12))
Y26 = (date(2025, 8, 1), date(2026, 6, 30))
LONG = (date(2025, 8, 1), date(2027, 6, 30))


def labels(active: str, *years: tuple[tuple[date, date], str]) -> list[str]:
    """Return how sessions of type schoolYear with these dates and labels are called."""
    sessions = [
        Session(str(at), "schoolYear", "", label, *span) for at, (span, label) in enumerate(years)
    ]
    timetable = Timetable(sessions, active)
    return [timetable.year(each.sourced_id) for each in sessions]


CASES = {
    "one label": ("", [(Y27, "2027"), (Y27, "2027")], ["2027", "2027"]),
    "the year in which it ends": ("", [(Y27, "2026"), (Y27, "2027")], ["2027", "2027"]),
    "nearly the same dates": ("", [(Y27, "2026"), (NEARLY, "2027")], ["2027", "2027"]),
    "none is of the year in which it ends": ("", [(Y27, "2025"), (Y27, "2026")], ["2026"] * 2),
    "a label of one's own": ("", [(Y27, "2026")], ["2026"]),
    "blank": ("", [(Y27, ""), (Y27, "2026")], ["2027", "2027"]),
    "the active year keeps its label": ("2026", [(Y27, "2026"), (Y27, "2027")], ["2026"] * 2),
    "unless another year has it by right": (
        "2026",
        [(Y26, "2026"), (Y27, "2026"), (Y27, "2027")],
        ["2026", "2027", "2027"],
    ),
    "both schools' last year and this one": (
        "2027",
        [(Y26, "2025"), (Y26, "2026"), (Y27, "2026"), (Y27, "2027")],
        ["2026", "2026", "2027", "2027"],
    ),
    "years that overlap by half are two": ("", [(LONG, "2026"), (Y27, "2027")], ["2026", "2027"]),
}


@pytest.mark.parametrize(("active", "years", "called"), CASES.values(), ids=CASES.keys())
def test_a_year_has_one_label(
    active: str, years: list[tuple[tuple[date, date], str]], called: list[str]
) -> None:
    assert labels(active, *years) == called


def test_what_is_below_is_called_as_its_year_is() -> None:
    timetable = Timetable(
        [
            Session("a", "schoolYear", "", "2026", *Y27),
            Session("a1", "term", "a", "2026", *Y27),
            Session("a2", "gradingPeriod", "a1", "", *Y27),
            Session("a0", "term", "a", "2019", *Y27),
            Session("b", "schoolYear", "", "2027", *Y27),
        ],
        "2027",
    )
    named = {each: timetable.year(each) for each in ("a", "a1", "a2", "a0", "b")}
    assert named == {"a": "2027", "a1": "2027", "a2": "2027", "a0": "2019", "b": "2027"}
