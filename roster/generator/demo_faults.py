"""Marks a few of the demo district's records, and spoils a few as real bundles are spoilt."""

from __future__ import annotations

from datetime import date, timedelta

from roster.generator.district import District
from roster.generator.population import student_id
from roster.generator.shapes import Row

_MARK = {"metadata.externalLmsExclude": "true"}

Rows = dict[str, list[Row]]


def mark(rows: Rows) -> dict[str, str]:
    """Ticks External LMS Exclude on a class, a course, a student and a teacher's role."""
    course = _last(rows, "courses", orgSourcedId="sch-003")
    klass = _last(rows, "classes", schoolSourcedId="sch-002")
    student = _one(rows, "users", sourcedId=student_id(60))
    role = _last(rows, "roles", role="teacher", orgSourcedId="sch-001")
    for row in (course, klass, student, role):
        row.update(_MARK)
    return {
        "marked_course": course["sourcedId"],
        "marked_class": klass["sourcedId"],
        "marked_user": student["sourcedId"],
        "marked_role": role["sourcedId"],
    }


def spoil(rows: Rows, plan: District, today: date) -> dict[str, str]:
    """Puts each fault into one record and gives fault → sourcedId."""
    year = plan.calendar.year
    original = _one(rows, "users", sourcedId=student_id(70))
    double = _one(rows, "users", sourcedId=student_id(71))
    double["username"] = original["username"]
    strange = _one(rows, "users", sourcedId=student_id(150))
    strange["grades"] = "7th"
    ended = _one(rows, "enrollments", userSourcedId=student_id(80))
    ended |= {"beginDate": "", "endDate": _last_month(plan, today).isoformat()}

    classes = [row for row in rows["classes"] if row["schoolSourcedId"] == "sch-003"]
    untaught, lost_term = classes[-1], classes[-2]
    rows["enrollments"] = [
        row
        for row in rows["enrollments"]
        if row["classSourcedId"] != untaught["sourcedId"] or row["role"] == "student"
    ]
    lost_term["termSourcedIds"] += f",ses-{year}-t9"
    empty = untaught | {"sourcedId": f"cls-{year}-90001", "title": "Nobody Came - 12A"}
    rows["classes"].append(empty)

    astray = ended | {
        "sourcedId": f"enr-{year}-s000081-9",
        "userSourcedId": student_id(81),
        "classSourcedId": f"cls-{year}-99999",
        "endDate": "",
    }
    rows["enrollments"].append(astray)
    unlinked = _unlinked_guardian(rows)
    nameless = next(row for row in rows["users"] if not row["username"])
    return {
        "user_without_username": nameless["sourcedId"],
        "user_with_duplicate_username": double["sourcedId"],
        "user_with_unknown_grade": strange["sourcedId"],
        "guardian_without_child": unlinked["sourcedId"],
        "class_without_teacher": untaught["sourcedId"],
        "class_with_missing_term": lost_term["sourcedId"],
        "class_without_people": empty["sourcedId"],
        "enrollment_of_missing_class": astray["sourcedId"],
        "enrollment_ended": ended["sourcedId"],
    }


def _unlinked_guardian(rows: Rows) -> Row:
    """Adds a guardian whom nobody is linked with, and gives the user's row."""
    model = _last(rows, "users", agentSourcedIds=None)
    guardian = model | {
        "sourcedId": "grd-00099",
        "username": "family099",
        "email": model["email"].replace(model["username"], "family099"),
        "givenName": "Quinn",
        "familyName": "Nowak",
        "identifier": "F00099",
        "agentSourcedIds": "",
    }
    role = _one(rows, "roles", userSourcedId=model["sourcedId"])
    rows["users"].append(guardian)
    rows["roles"].append(
        role | {"sourcedId": "rol-grd-00099-1", "userSourcedId": guardian["sourcedId"]}
    )
    return guardian


def _last_month(plan: District, today: date) -> date:
    """Gives the first day of last month, or of the school year if that is later."""
    last = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    return max(last, plan.calendar.whole.start)


def _one(rows: Rows, name: str, **cells: str) -> Row:
    return next(row for row in rows[name] if _fits(row, cells))


def _last(rows: Rows, name: str, **cells: str | None) -> Row:
    return next(row for row in reversed(rows[name]) if _fits(row, cells))


def _fits(row: Row, cells: dict[str, str] | dict[str, str | None]) -> bool:
    return all(
        row.get(column) == value if value is not None else bool(row.get(column))
        for column, value in cells.items()
    )
