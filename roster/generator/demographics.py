"""Makes up the demographics of the students of a planned district."""

from __future__ import annotations

from datetime import date, timedelta

from roster.generator import names
from roster.generator.courses import GRADES
from roster.generator.dice import Dice
from roster.generator.nights import Night, Pupil
from roster.generator.population import student_id
from roster.generator.shapes import Groups, Row

_RACES = (
    "americanIndianOrAlaskaNative",
    "asian",
    "blackOrAfricanAmerican",
    "nativeHawaiianOrOtherPacificIslander",
    "white",
)


def demographics(night: Night, version: str) -> Groups:
    """Yields a row of demographics for every student; 1.1 knows two sexes only."""
    for pupil in night.pupils():
        yield [_row(night, pupil, version)] if pupil else []


def _row(night: Night, pupil: Pupil, version: str) -> Row:
    dice = Dice(night.plan.seed, "demographics", pupil.number)
    youngest = night.plan.calendar.year - 6 - GRADES.index(pupil.planned.grade)
    born = date(youngest - 1, 9, 1) + timedelta(days=dice.below(365))
    sex = dice.pick(("female", "male") * 24 + ("unspecified", "other"))
    own = {dice.pick(_RACES)} | ({dice.pick(_RACES)} if dice.one_in(12) else set())
    row = {
        "sourcedId": student_id(pupil.number),
        "birthDate": born.isoformat(),
        "sex": sex if version != "1.1" or sex in ("female", "male") else "",
        "demographicRaceTwoOrMoreRaces": _flag(len(own) > 1),
        "hispanicOrLatinoEthnicity": _flag(dice.one_in(4)),
        "countryOfBirthCode": dice.pick(("US",) * 14 + ("MX", "VN")),
        "publicSchoolResidenceStatus": "01653" if dice.one_in(20) else "01652",
    }
    if row["countryOfBirthCode"] == "US":
        row["stateOfBirthAbbreviation"] = dice.pick(("CA", "TX", "NY", "OR"))
        row["cityOfBirth"] = dice.pick(names.CITIES)
    return row | {race: _flag(race in own) for race in _RACES}


def _flag(value: bool) -> str:
    return "true" if value else "false"
