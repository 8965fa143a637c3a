"""Makes up the demographics of the students of a planned district."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from roster.generator import names
from roster.generator.courses import GRADES
from roster.generator.dice import Dice
from roster.generator.district import District
from roster.generator.people import student_id


def demographics(plan: District, version: str) -> Iterator[dict[str, str]]:
    """Yields a row of demographics for every student; 1.1 knows two sexes only."""
    races = (
        "americanIndianOrAlaskaNative",
        "asian",
        "blackOrAfricanAmerican",
        "nativeHawaiianOrOtherPacificIslander",
        "white",
    )
    for school in plan.schools:
        for cohort in school.cohorts:
            youngest = plan.calendar.year - 6 - GRADES.index(cohort.grade)
            for number in cohort.students:
                dice = Dice(plan.seed, "demographics", number)
                born = date(youngest - 1, 9, 1) + timedelta(days=dice.below(365))
                sex = dice.pick(("female", "male") * 24 + ("unspecified", "other"))
                own = {dice.pick(races)} | ({dice.pick(races)} if dice.one_in(12) else set())
                row = {
                    "sourcedId": student_id(number),
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
                yield row | {race: _flag(race in own) for race in races}


def _flag(value: bool) -> str:
    return "true" if value else "false"
