"""Adds guardians and a small gradebook to the demo district."""

from __future__ import annotations

from datetime import timedelta

from roster.generator.dice import Dice
from roster.generator.district import District
from roster.generator.population import student_id
from roster.generator.shapes import Row

#: Role, given and family name, children by number; across schools in the first and last.
_GUARDIANS = (
    ("parent", "Rosa", "Delgado", (3, 120)),
    ("parent", "Luis", "Delgado", (3, 120)),
    ("guardian", "Grace", "Okafor", (5,)),
    ("relative", "Ruth", "O'Connor", (5,)),
    ("parent", "Hana", "Kimura", (40, 44)),
    ("parent", "Omar", "Haddad", (118,)),
    ("guardian", "Ingrid", "Larsen", (160,)),
    ("relative", "Tomás", "Ruiz", (160, 190)),
)

_CATEGORIES = (
    ("cat-homework", "Homework", "30", ""),
    ("cat-tests", "Tests", "70", ""),
    ("cat-writing", "Writes clear arguments", "", "standard"),
)


def add_guardians(rows: dict[str, list[Row]], plan: District) -> None:
    """Adds parents, guardians and relatives, linked with their children in both directions."""
    users = {user["sourcedId"]: user for user in rows["users"]}
    for number, (role, given, family, children) in enumerate(_GUARDIANS, 1):
        sourced_id = f"grd-{number:05d}"
        ids = [student_id(child) for child in children]
        schools = list(dict.fromkeys(users[child]["primaryOrgSourcedId"] for child in ids))
        username = f"family{number:03d}"
        rows["users"].append(
            {
                "sourcedId": sourced_id,
                "enabledUser": "true",
                "username": username,
                "givenName": given,
                "familyName": family,
                "identifier": f"F{number:05d}",
                "email": f"{username}@families.{plan.domain}",
                "phone": f"(206) 555-01{number:02d}",
                "agentSourcedIds": ",".join(ids),
                "primaryOrgSourcedId": schools[0],
            }
        )
        for nth, school in enumerate(schools, 1):
            rows["roles"].append(
                {
                    "sourcedId": f"rol-{sourced_id}-{nth}",
                    "userSourcedId": sourced_id,
                    "roleType": "primary",
                    "role": role,
                    "orgSourcedId": school,
                }
            )
        for child in ids:
            known = users[child].get("agentSourcedIds")
            users[child]["agentSourcedIds"] = f"{known},{sourced_id}" if known else sourced_id


def add_gradebook(rows: dict[str, list[Row]], plan: District) -> None:
    """Adds three categories and, in a class of each school, a line item of each with results."""
    rows["categories"] = [
        {"sourcedId": sourced_id, "title": title, "weight": weight, "metadata.type": kind}
        for sourced_id, title, weight, kind in _CATEGORIES
    ]
    rows["lineItems"], rows["results"] = [], []
    period = plan.calendar.grading_periods[0]
    for school in plan.schools:
        here = school.org.sourced_id
        klass = next(
            klass["sourcedId"]
            for klass in rows["classes"]
            if klass["schoolSourcedId"] == here and "Mathematics" in klass["title"]
        )
        for nth, (category, title, _weight, _kind) in enumerate(_CATEGORIES, 1):
            line_item = f"lin-{plan.calendar.year}-{school.index + 1}-{nth}"
            assigned = period.start + timedelta(weeks=nth)
            rows["lineItems"].append(
                {
                    "sourcedId": line_item,
                    "title": f"{title}, week {nth}",
                    "assignDate": assigned.isoformat(),
                    "dueDate": (assigned + timedelta(days=4)).isoformat(),
                    "classSourcedId": klass,
                    "categorySourcedId": category,
                    "academicSessionSourcedId": period.sourced_id,
                    "resultValueMin": "0",
                    "resultValueMax": "100",
                    "schoolSourcedId": here,
                }
            )
            scored = (assigned + timedelta(days=6)).isoformat()
            rows["results"] += _results(rows, line_item, klass, scored)


def _results(rows: dict[str, list[Row]], line_item: str, klass: str, scored: str) -> list[Row]:
    """Gives a result for each student of the class; one of them handed nothing in."""
    students = [
        enrollment["userSourcedId"]
        for enrollment in rows["enrollments"]
        if enrollment["classSourcedId"] == klass and enrollment["role"] == "student"
    ]
    results = []
    for nth, student in enumerate(students, 1):
        missing = nth == len(students)
        score = 55 + Dice("score", line_item, student).below(46)
        results.append(
            {
                "sourcedId": line_item.replace("lin-", "res-") + f"-{nth:02d}",
                "lineItemSourcedId": line_item,
                "studentSourcedId": student,
                "scoreStatus": "not submitted" if missing else "fully graded",
                "score": "" if missing else str(score),
                "scoreDate": scored,
                "comment": "Shows her work, well done" if score > 95 and not missing else "",
                "classSourcedId": klass,
                "missing": "true" if missing else "false",
            }
        )
    return results
