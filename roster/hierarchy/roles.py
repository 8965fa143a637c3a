"""Which roles make a student, staff or a guardian of somebody."""

from __future__ import annotations

from roster.dialects.vocabularies import GUARDIANS

__all__ = ["ENROLLED_AS", "GUARDIANS", "is_staff", "is_student", "teacher_first"]

ENROLLED_AS = {"administrator": "siteAdministrator"}
"""What a class enrollment's role is called as a person's role, where the word differs."""


def is_student(role: str) -> bool:
    return role == "student"


def is_staff(role: str) -> bool:
    return role != "student" and role not in GUARDIANS


def teacher_first(role: str) -> tuple[bool, str]:
    """Sort key: of several roles that classes give one person, teacher counts."""
    return role != "teacher", role
