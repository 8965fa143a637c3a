"""What a bundle's rows must look like to a vendor, worked out from the CSV files alone.

It reads with the csv module, knows the specification's tables (2.2, 2.5, 5.3, 5.6, 5.7) and
product.md's rules 7 and 8, and nothing of the code that it judges. All rows of the bundle
count as visible: that is the caller's claim. `dateLastModified` is not told here.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.acceptance.vendor import BASES

Row = dict[str, str]
Doc = dict[str, Any]

TO_V11 = {
    "principal": "administrator",
    "siteAdministrator": "administrator",
    "districtAdministrator": "administrator",
    "systemAdministrator": "administrator",
    "counselor": "aide",
}

RACES = (
    "americanIndianOrAlaskaNative", "asian", "blackOrAfricanAmerican",
    "nativeHawaiianOrOtherPacificIslander", "white", "demographicRaceTwoOrMoreRaces",
    "hispanicOrLatinoEthnicity",
)  # fmt: skip
BIRTH = ("countryOfBirthCode", "stateOfBirthAbbreviation", "cityOfBirth")

UNORDERED = ("roles", "orgs", "terms", "children", "agents", "resources")

PLACES = {
    "academicSession": ("rostering", "academicSessions"),
    "org": ("rostering", "orgs"),
    "course": ("rostering", "courses"),
    "class": ("rostering", "classes"),
    "user": ("rostering", "users"),
}


class Bundle:
    """A folder of CSV files, and the documents that its rows become in a version."""

    def __init__(self, folder: Path) -> None:
        self.files = {path.stem: _rows(path) for path in folder.glob("*.csv")}
        manifest = {row["propertyName"]: row["value"] for row in self.files.pop("manifest")}
        self.version = manifest["oneroster.version"]
        self.org_types = {row["sourcedId"]: row["type"] for row in self.files["orgs"]}
        self.school_of = {row["sourcedId"]: row["schoolSourcedId"] for row in self.files["classes"]}
        self.enrolled: dict[str, list[Row]] = defaultdict(list)
        for row in self.files["enrollments"]:
            self.enrolled[row["userSourcedId"]].append(row)

    def ids(self, file: str) -> set[str]:
        return {row["sourcedId"] for row in self.files[file]}

    def documents(self, version: str, host: str) -> dict[str, dict[str, Doc]]:
        """Return the documents of every collection, by collection and sourcedId."""
        telling = _Telling(self, version, host)
        return {
            name: {row["sourcedId"]: _told(row, tell(row)) for row in self.files[file]}
            for name, file, tell in (
                ("academicSessions", "academicSessions", telling.session),
                ("orgs", "orgs", telling.org),
                ("courses", "courses", telling.course),
                ("classes", "classes", telling.klass),
                ("users", "users", telling.user),
                ("enrollments", "enrollments", telling.enrollment),
                ("demographics", "demographics", telling.demographics),
            )
        }


class _Telling:
    """One version's words for the rows of one bundle."""

    def __init__(self, bundle: Bundle, version: str, host: str) -> None:
        self.bundle = bundle
        self.version = version
        self.host = host

    def reference(self, kind: str, sourced_id: str) -> Doc:
        service, plural = PLACES[kind]
        if self.version == "1.1" and self.bundle.org_types.get(sourced_id) == "school":
            plural = {"orgs": "schools"}.get(plural, plural)
        base = self.host + BASES[self.version][service]
        href = f"{base}/{plural}/{quote(sourced_id, safe='')}"
        return {"href": href, "sourcedId": sourced_id, "type": kind}

    def references(self, kind: str, ids: list[str]) -> list[Doc]:
        return [self.reference(kind, sourced_id) for sourced_id in ids]

    def optional(self, kind: str, sourced_id: str) -> Doc | None:
        return self.reference(kind, sourced_id) if sourced_id else None

    def children(self, kind: str, file: str, row: Row) -> list[Doc]:
        below = [
            other["sourcedId"]
            for other in self.bundle.files[file]
            if other["parentSourcedId"] == row["sourcedId"]
        ]
        return self.references(kind, below)

    def session(self, row: Row) -> Doc:
        return {
            **_same(row, "title", "type", "startDate", "endDate", "schoolYear"),
            "parent": self.optional("academicSession", row["parentSourcedId"]),
            "children": self.children("academicSession", "academicSessions", row),
        }

    def org(self, row: Row) -> Doc:
        spare = row["sourcedId"] if self.version == "1.2" else ""
        return {
            **_same(row, "name", "type"),
            "identifier": row["identifier"] or spare,
            "parent": self.optional("org", row["parentSourcedId"]),
            "children": self.children("org", "orgs", row),
        }

    def course(self, row: Row) -> Doc:
        spare = row["sourcedId"] if self.version == "1.1" else ""
        return {
            **_same(row, "title"),
            "courseCode": row["courseCode"] or spare,
            "schoolYear": self.optional("academicSession", row["schoolYearSourcedId"]),
            "org": self.optional("org", row["orgSourcedId"]),
            **_lists(row, "grades", "subjects", "subjectCodes"),
        }

    def klass(self, row: Row) -> Doc:
        return {
            **_same(row, "title", "classCode", "classType", "location"),
            **_lists(row, "grades", "subjects", "subjectCodes", "periods"),
            "course": self.reference("course", row["courseSourcedId"]),
            "school": self.reference("org", row["schoolSourcedId"]),
            "terms": self.references("academicSession", _list(row["termSourcedIds"])),
        }

    def enrollment(self, row: Row) -> Doc:
        return {
            **_same(row, "role", "primary", "beginDate", "endDate"),
            "user": self.reference("user", row["userSourcedId"]),
            "class": self.reference("class", row["classSourcedId"]),
            "school": self.reference("org", row["schoolSourcedId"]),
        }

    def demographics(self, row: Row) -> Doc:
        sex = row["sex"]
        if self.version == "1.1" and sex not in ("male", "female"):
            sex = ""
        return {
            **_same(row, "birthDate", "publicSchoolResidenceStatus", *RACES, *BIRTH),
            "sex": sex,
        }

    def user(self, row: Row) -> Doc:
        roles = self.roles(row)
        known = {
            **_same(
                row, "username", "enabledUser", "givenName", "familyName", "middleName",
                "identifier", "email", "sms", "phone",
            ),
            "userIds": [
                {"type": kind, "identifier": identifier}
                for kind, identifier in re.findall(r"\{([^:}]+):([^}]*)\}", row["userIds"])
            ],
            "grades": _list(row["grades"]),
            "agents": self.references("user", _list(row["agentSourcedIds"])),
        }  # fmt: skip
        if self.version == "1.1":
            return {
                **known,
                "username": row["username"] or row["sourcedId"],
                "role": self.one_role(row, roles),
                "orgs": self.references("org", list(dict.fromkeys(role["org"] for role in roles))),
            }
        return {
            **known,
            "userMasterIdentifier": row.get("userMasterIdentifier", ""),
            "preferredFirstName": row.get("preferredGivenName", ""),
            "preferredMiddleName": row.get("preferredMiddleName", ""),
            "preferredLastName": row.get("preferredFamilyName", ""),
            "pronouns": row.get("pronouns", ""),
            "primaryOrg": self.optional("org", row.get("primaryOrgSourcedId", "")),
            "roles": [
                _told({}, {**role, "org": self.reference("org", role["org"])}) for role in roles
            ],
        }

    def roles(self, row: Row) -> list[Doc]:
        """Return a person's roles: those of the bundle, and the student's at a class elsewhere."""
        user = row["sourcedId"]
        roles = self._of_v11(row) if self.bundle.version == "1.1" else self._of_v12(user)
        for enrolled in self.bundle.enrolled[user]:
            school = self.bundle.school_of[enrolled["classSourcedId"]]
            if school not in [role["org"] for role in roles]:
                assert enrolled["role"] == "student"
                roles.append({"roleType": "primary", "role": "student", "org": school})
        return roles

    def _of_v11(self, row: Row) -> list[Doc]:
        """Rule 8: one role, primary, for each org; an administrator's name goes by the org."""
        found = []
        for org in _list(row["orgSourcedIds"]):
            role = row["role"]
            if role == "administrator":
                at_school = self.bundle.org_types[org] == "school"
                role = "siteAdministrator" if at_school else "districtAdministrator"
            found.append({"roleType": "primary", "role": role, "org": org})
        return found

    def _of_v12(self, user: str) -> list[Doc]:
        return [
            {
                **_same(row, "roleType", "role", "beginDate", "endDate"),
                "org": row["orgSourcedId"],
            }
            for row in self.bundle.files["roles"]
            if row["userSourcedId"] == user
        ]

    def one_role(self, row: Row, roles: list[Doc]) -> str:
        """Rule 7: student, else teacher where a class is taught, else as it maps."""
        held = {role["role"] for role in roles}
        if "student" in held:
            return "student"
        if any(each["role"] == "teacher" for each in self.bundle.enrolled[row["sourcedId"]]):
            return "teacher"
        mapped = {TO_V11.get(role, role) for role in held}
        assert len(mapped) == 1, f"the rules leave {row['sourcedId']} a choice of {mapped}"
        return mapped.pop()


def in_order(documents: dict[str, dict[str, Doc]]) -> dict[str, dict[str, Doc]]:
    """Return documents without their stamps, those lists sorted whose order means nothing."""
    return {
        name: {
            sourced_id: {
                key: sorted(value, key=repr) if key in UNORDERED else value
                for key, value in document.items()
                if key != "dateLastModified"
            }
            for sourced_id, document in collection.items()
        }
        for name, collection in documents.items()
    }


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def _same(row: Row, *names: str) -> Doc:
    return {name: row[name] for name in names}


def _lists(row: Row, *names: str) -> Doc:
    return {name: _list(row[name]) for name in names}


def _list(cell: str) -> list[str]:
    return cell.split(",") if cell else []


def _told(row: Row, values: Doc) -> Doc:
    """Return a live document: nothing null, nothing empty."""
    base = {"sourcedId": row["sourcedId"], "status": "active"} if row else {}
    return {
        **base,
        **{name: value for name, value in values.items() if value not in ("", [], None)},
    }
