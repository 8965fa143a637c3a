"""Makes the sessions of a school year: the year, two terms, four grading periods, summer."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Session:
    """One academic session; `start` is its first day, `end` the day after its last."""

    sourced_id: str
    title: str
    type: str
    start: date
    end: date
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The school year that ends in `year`."""

    year: int
    whole: Session
    terms: tuple[Session, Session]
    grading_periods: tuple[Session, ...]
    summer: Session

    @property
    def sessions(self) -> tuple[Session, ...]:
        return (self.whole, *self.terms, *self.grading_periods, self.summer)


def school_year_of(today: date) -> int:
    """Gives the school year that holds a day, as the year in which it ends; July begins one."""
    return today.year + 1 if today.month >= 7 else today.year


def calendar_of(year: int) -> Calendar:
    """Gives the sessions: the year from July to July, lessons for 42 weeks from late August."""
    name = f"ses-{year}"
    whole = Session(
        name, f"{year - 1}-{year}", "schoolYear", date(year - 1, 7, 1), date(year, 7, 1)
    )
    opens = _monday_from(date(year - 1, 8, 18))
    autumn, winter, spring, summer = (opens + timedelta(weeks=w) for w in (10, 21, 31, 42))
    terms = (
        Session(f"{name}-t1", "Fall Semester", "term", opens, winter, name),
        Session(f"{name}-t2", "Spring Semester", "term", winter, summer, name),
    )
    quarters = (
        (opens, autumn, 0), (autumn, winter, 0), (winter, spring, 1), (spring, summer, 1)
    )  # fmt: skip
    return Calendar(
        year,
        whole,
        terms,
        tuple(
            Session(
                f"{name}-q{number}",
                f"Quarter {number}",
                "gradingPeriod",
                start,
                end,
                terms[term].sourced_id,
            )
            for number, (start, end, term) in enumerate(quarters, 1)
        ),
        Session(f"{name}-su", "Summer Session", "term", summer, whole.end, name),
    )


def _monday_from(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)
