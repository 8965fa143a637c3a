"""The words of OneRoster's enumerations: one list for importing, documents and OpenAPI.

1.2 lets providers add words of their own, which begin with `ext:`; 1.1 is closed.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

V11 = "1.1"
V12 = "1.2"


@dataclass(frozen=True, slots=True)
class Words:
    """One enumeration: what both versions know, what only 1.2 (`new`) or 1.1 (`old`) does.

    `ext` says whether bundles of 1.2 may have words of one's own; `pattern` is what such a word
    looks like in a document.
    """

    both: tuple[str, ...]
    new: tuple[str, ...] = ()
    old: tuple[str, ...] = ()
    ext: bool = True
    pattern: str = r"(ext:)[a-zA-Z0-9\.\-_]+"

    def of(self, version: str) -> tuple[str, ...]:
        return (*self.both, *(self.old if version == V11 else self.new))

    def extends(self, version: str) -> bool:
        return self.ext and version != V11


def known_word(version: str, word: str) -> str:
    """Return the word, or nothing where the version can't have it: 1.1 has none that begin so."""
    return "" if version == V11 and word.startswith("ext:") else word


STATUS = Words(("active", "tobedeleted"), ext=False)
TRUTH = Words(("true", "false"), ext=False)
SESSION_TYPES = Words(("gradingPeriod", "semester", "schoolYear", "term"))
CLASS_TYPES = Words(("homeroom", "scheduled"))
ORG_TYPES = Words(("department", "school", "district", "local", "state", "national"))
ENROLLMENT_ROLES = Words(("administrator", "proctor", "student", "teacher"))
ROLES = Words(
    ("aide", "guardian", "parent", "proctor", "relative", "student", "teacher"),
    new=(
        "counselor",
        "districtAdministrator",
        "principal",
        "siteAdministrator",
        "systemAdministrator",
    ),
    old=("administrator",),
)
ROLE_TYPES = Words(("primary", "secondary"), ext=False)
RESOURCE_ROLES = Words(
    (
        "administrator",
        "aide",
        "guardian",
        "parent",
        "proctor",
        "relative",
        "student",
        "teacher",
    )
)
IMPORTANCE = Words(("primary", "secondary"), ext=False)
SEXES = Words(("male", "female"), new=("unspecified", "other"))
SCORE_STATUSES = Words(("exempt", "fully graded", "not submitted", "partially graded", "submitted"))
# The stray slash is the specification's: no word of one's own fits, so none is sent.
SOURCES = Words(("case", "unknown"), pattern=r"^/(?!case$)(?!unknown$)[a-z0-9]+$")

GUARDIANS = frozenset({"guardian", "parent", "relative"})
"""Roles of people who are there for somebody's sake."""

GRADES = ("IT", "PR", "PK", "TK", "KG", *(f"{n:02}" for n in range(1, 14)), "PS", "UG", "Other")
"""Grades as schools count them."""
NAMED_GRADES = {"none": _("no grade"), "KG": _("Kindergarten"), "PK": _("Preschool")}
"""Grades that people call by a word; `none` are students without one."""


def grade_name(code: str) -> str:
    """Return a grade as people call it."""
    plain = code.lstrip("0") if code.isdigit() else code
    return str(NAMED_GRADES.get(code, plain))
