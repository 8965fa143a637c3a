"""The catalogue: which blocks a student of each grade sits in, and the courses behind them.

Core blocks belong to the district (a course master for every school), languages to a department
where there is one, electives to the school. Every other elective carries the same code and title
at all schools that offer it, the others a code of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, field

GRADES = ("KG", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12")

YEAR, FALL, SPRING = "year", "fall", "spring"
DISTRICT, DEPARTMENT, SCHOOL = "district", "department", "school"


@dataclass(frozen=True, slots=True)
class Subject:
    """A title with its code; several areas where a course covers several, codes from SCED."""

    code: str
    title: str
    areas: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """One seat in a student's timetable: `offers` holds what its sections teach in turn."""

    offers: tuple[Subject, ...]
    owner: str = DISTRICT
    when: str = YEAR
    homeroom: bool = False
    double: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    """Elementary, middle or high school: its grades and blocks.

    `share`: schools of this stage in a district of 50,000. `together`: a section stays together
    all day, with one teacher; else every block mixes the grade anew.
    """

    title: str
    grades: tuple[str, ...]
    blocks: tuple[Block, ...]
    share: int
    variety: int
    together: bool = False

    def blocks_of(self, grade: str) -> tuple[Block, ...]:
        """Gives the blocks of a grade: the oldest take no language any more."""
        if grade != "12":
            return self.blocks
        return tuple(block for block in self.blocks if block.owner != DEPARTMENT)


@dataclass(slots=True)
class Course:
    """A course as it is offered; `grades` grows with its classes."""

    sourced_id: str
    title: str
    code: str
    org: str
    areas: tuple[tuple[str, str], ...]
    grades: list[str] = field(default_factory=list)
    dated: bool = True


def _subjects(area: str, sced: str, listed: str) -> tuple[Subject, ...]:
    entries = (entry.split(" ", 1) for entry in listed.split("; "))
    return tuple(Subject(code, title, ((area, sced),)) for code, title in entries)


_HOMEROOM = (Subject("HMR", "Homeroom"),)
_READING = _subjects("English Language Arts", "01", "ELA Reading, Writing and Listening")
_ENGLISH = _subjects("English Language Arts", "01", "ENG English")
_MATHEMATICS = _subjects("Mathematics", "02", "MAT Mathematics")
_SCIENCE = _subjects("Science", "03", "SCI Science")
_SOCIAL = _subjects("Social Studies", "04", "SOC Social Studies")
_WORLD = (Subject("WLD", "Our World", (("Science", "03"), ("Social Studies", "04"))),)
_SPORT = _subjects("Physical Education", "08", "PED Physical Education")
_LANGUAGES = _subjects("World Languages", "24", "SPA Spanish; FRE Français; CHI Mandarin")
_SPECIALS = _subjects(
    "Fine and Performing Arts",
    "05",
    "ART Art; MUS Music; GYM Movement; LIB Library; DRA Drama; GAR Garden; CHO Choir; "
    "TEC Makers' Corner",
)
_EXPLORE = _subjects(
    "Miscellaneous",
    "22",
    "BND Band; ORC Orchestra; CER Ceramics; COD Coding; COO Cooking; DAN Dance; "
    'ROB "Hands-On" Robotics; YRB Yearbook; CHS Chess; THE Theatre; FLM Film; GDN Gardening',
)
_ELECTIVES = _subjects(
    "Miscellaneous",
    "22",
    "PHO Photography; JAZ Jazz Band; SCU Sculpture; WEB Web Design; CUL Culinary Arts; "
    "AUT Automotive; PSY Psychology; ECO Economics; JOU Journalism; DEB Debate; "
    "AST Astronomy; STA Statistics; FOR Forensics; MAR Marketing; WOO Woodwork; "
    "CHR Children's Literature; ETH Ethics; FIN Personal Finance; BIO Biotechnology; "
    "GEO Geographic Information",
)

STAGES = (
    Stage(
        "Elementary",
        GRADES[:6],
        (
            Block(_HOMEROOM, homeroom=True),
            Block(_READING),
            Block(_MATHEMATICS),
            Block(_WORLD),
            Block(_SPECIALS, SCHOOL),
        ),
        share=35,
        variety=6,
        together=True,
    ),
    Stage(
        "Middle",
        GRADES[6:9],
        (
            Block(_ENGLISH),
            Block(_MATHEMATICS),
            Block(_SCIENCE, double=True),
            Block(_SOCIAL),
            Block(_SPORT, when=FALL),
            Block(_EXPLORE, SCHOOL, when=SPRING),
        ),
        share=14,
        variety=10,
    ),
    Stage(
        "High",
        GRADES[9:],
        (
            Block(_ENGLISH),
            Block(_MATHEMATICS),
            Block(_SCIENCE, double=True),
            Block(_SOCIAL),
            Block(_LANGUAGES, DEPARTMENT),
            Block(_ELECTIVES, SCHOOL, when=FALL),
            Block(_ELECTIVES, SCHOOL, when=SPRING),
        ),
        share=11,
        variety=16,
    ),
)

#: Courses that stand in every catalogue without a class or a year.
UNTAUGHT = (("IND", "Independent Study"), ("WRK", "Work Experience"))


def stage_of(grade: str) -> Stage:
    return next(stage for stage in STAGES if grade in stage.grades)


def grade_title(grade: str) -> str:
    return "Kindergarten" if grade == "KG" else f"Grade {int(grade)}"
