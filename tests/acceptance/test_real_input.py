"""Bundles as real systems write them, and ids and names as people really have them.

Issue A, "Real input": the oddities of two bundles from the field, in data of our own making,
imported, published and read back; and bundles that must be refused, which then leave nothing.
"""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.acceptance.bundles import table, write
from tests.acceptance.desk import EVERYTHING, Connected, Desk
from tests.acceptance.vendor import distinct_references

VERSIONS = ("1.1", "1.2")


def text(folder: Path, files: dict[str, str]) -> Path:
    """Write files as they stand, for what no well-meaning writer would produce."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        lines = [line.strip() for line in content.strip().splitlines()]
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def read(desk: Desk, slug: str) -> dict[str, tuple[Connected, dict[str, Any]]]:
    """Connect a vendor of each version, refresh, read all, and resolve every reference."""
    found = {}
    for version in VERSIONS:
        vendor = desk.connect(slug, version)
        desk.refresh(slug)
        records = vendor.everything(limit=7)
        for reference in distinct_references(records).values():
            record = vendor.resolve(reference)
            assert record["status"] == "active"
        found[version] = vendor, records
    return found


# A school hub: everything quoted, a misspelt manifest, terms only, students who teach.


@pytest.fixture(scope="module")
def hub(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Any]:
    folder = tmp_path_factory.mktemp("hub")
    people = [
        {
            "sourcedId": f"p{number:02}",
            "enabledUser": "true",
            "orgSourcedIds": "school",
            "role": "student",
            "username": f"p{number:02}",
            "givenName": f"名{number}",
            "familyName": f"姓{number}",
            "email": f"p{number:02}@hub.example",
            "metadata.phoneticGivenName": f"Mei {number}",
            "metadata.phoneticFamilyName": f"Sei {number}",
        }
        for number in range(1, 13)
    ]
    files = {
        "orgs": table("sourcedId | name | type\nschool | Sample | school"),
        "academicSessions": table("""
            sourcedId | title     | type | startDate  | endDate    | schoolYear
            t1        | first     | term | 2020-08-01 | 2021-02-01 | 2021
            t2        | second    | term | 2021-02-01 | 2021-08-01 | 2021
            t3        | full      | term | 2020-08-01 | 2021-08-01 | 2021
        """),
        "courses": table("""
            sourcedId | title       | courseCode | orgSourcedId
            c1        | Information | CC1        | school
        """),
        "classes": table("""
            sourcedId | title         | courseSourcedId | classCode | classType | schoolSourcedId | termSourcedIds | periods
            k1        | Information 1 | c1              | C1        | scheduled | school          | t1             | 1-2
            k2        | Information 2 | c1              | C2        | scheduled | school          | t2,t3          | 2-1
        """),  # noqa: E501
        "users": people,
        "enrollments": [
            {
                "sourcedId": f"e{klass}{number:02}",
                "classSourcedId": f"k{klass}",
                "schoolSourcedId": "school",
                "userSourcedId": f"p{number:02}",
                "role": "teacher" if number <= 2 else "student",
                "primary": "true" if number == 1 else "false",
            }
            for klass in (1, 2)
            for number in range(1, 13)
        ],
    }
    write(folder / "plain", "1.1", files)
    bundle = folder / "hub.zip"
    with zipfile.ZipFile(bundle, "w") as archive:
        for path in (folder / "plain").iterdir():
            with path.open(newline="", encoding="utf-8") as file:
                rows = list(csv.reader(file))
            rows = [
                ["fiel.demographics" if c == "file.demographics" else c for c in r] for r in rows
            ]
            with (folder / path.name).open("w", newline="", encoding="utf-8") as file:
                csv.writer(file, quoting=csv.QUOTE_ALL).writerows(rows)
            archive.write(folder / path.name, path.name)
    desk.organization("hub")
    imported = desk.run("import_roster", "hub", bundle)
    return imported, read(desk, "hub")


def test_a_hub_is_imported_whole_and_its_misspelling_found(hub):
    imported, _ = hub
    assert imported["oneroster"] == "1.1"
    assert imported["findings"]["errors"] == 0
    assert "fiel.demographics" in str(imported["findings"]["list"])
    assert {name: counts["created"] for name, counts in imported["files"].items()} == {
        "orgs.csv": 1, "academicSessions.csv": 3, "courses.csv": 1, "classes.csv": 2,
        "users.csv": 12, "users.csv: roles": 12, "enrollments.csv": 24,
    }  # fmt: skip


@pytest.mark.parametrize("version", VERSIONS)
def test_a_hub_is_read_back_whole(hub, version):
    vendor, records = hub[1][version]
    counts = {name: len(found) for name, found in records.items()}
    assert counts == {
        "orgs": 1, "academicSessions": 3, "courses": 1, "classes": 2, "users": 12,
        "enrollments": 24, "demographics": 0, "resources": 0,
    }  # fmt: skip
    assert len(vendor.read("terms")) == 3
    assert vendor.read("gradingPeriods") == []
    assert len(vendor.read("students")) == 12
    user = records["users"]["p01"]
    assert user["metadata"] == {"phoneticGivenName": "Mei 1", "phoneticFamilyName": "Sei 1"}
    assert (user["givenName"], user["familyName"]) == ("名1", "姓1")
    if version == "1.1":
        assert {each["role"] for each in records["users"].values()} == {"student"}
        assert "identifier" not in records["orgs"]["school"]
    else:
        assert user["roles"][0]["role"] == "student"
        assert user["roles"][0]["roleType"] == "primary"
        assert records["orgs"]["school"]["identifier"] == "school"
    teaching = {
        sourced_id
        for sourced_id, enrollment in records["enrollments"].items()
        if enrollment["role"] == "teacher"
    }
    assert teaching == {"e101", "e102", "e201", "e202"}
    assert records["enrollments"]["e101"]["primary"] == "true"
    assert "schoolYear" not in records["courses"]["c1"]
    assert [term["sourcedId"] for term in records["classes"]["k2"]["terms"]] == ["t2", "t3"]
    assert records["classes"]["k1"]["periods"] == ["1-2"]
    assert {session["schoolYear"] for session in records["academicSessions"].values()} == {"2021"}


# A publisher: columns of two versions mixed, files without rows, cells beyond the header.

PUBLISHER = {
    "manifest.csv": """
        propertyName,value
        source.systemName,Manual
        source.systemCode,School District
        manifest.version,1.0
    """,
    "orgs.csv": """
        sourcedId,status,dateLastModified,name,type,identifier,metadata.gender,metadata.boarding,parentSourcedId,ext_databaseId
        111,active,"2017-05-06 08:01:05",Lower School,school,first,mixed,FALSE,222,
        222,,,Upper School,school,second,,,,
    """,
    "academicSessions.csv": """
        sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId
    """,
    "courses.csv": """
        sourcedId,status,dateLastModified,schoolYearId,metadata.duration,title,courseCode,grade,orgSourcedId,subjects
    """,
    "classes.csv": """
        sourcedId,status,dateLastModified,title,grade,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,ext_databaseId
        k1,active,2017-04-05,Class 1,2,,,scheduled,Here,111,1,0,
        k2,,,Class 2,,,,scheduled,,111,1,,
        k3,,,Class 3,,,,scheduled,There,222,1,,
    """,
    "demographics.csv": """
        userSourcedId,status,dateLastModified,birthdate,sex,americanIndianOrAlaskaNative,asian
    """,
    "enrollments.csv": """
        sourcedId,classSourcedId,schoolSourcedId,userSourcedId,role,status,dateLastModified,primary
        e1,k1,111,u1,student,active,,
        e2,k2,111,u1,student,,,
        e3,k3,222,u2,student,active,,
    """,
    "users.csv": """
        sourcedId,enabledUser,status,dateLastModified,orgSourcedIds,role,username,userId,givenName,familyName,identifier,email,sms,phone,agents,ext_ssoId,ext_studentPassword
        u1,TRUE,,,111,student,one,abc,Ona,One,first id,,,,,,
        u2,TRUE,,,222,student,two,abc,Tua,Two,second id,,,,,,secret
        u3,TRUE,,,222,student,three,abc,Tri,Three,third id,,,,,,,surplus,more
    """,
}


@pytest.fixture(scope="module")
def publisher(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Any]:
    folder = text(tmp_path_factory.mktemp("publisher"), PUBLISHER)
    desk.organization("publisher")
    imported = desk.run("import_roster", "publisher", folder)
    return imported, read(desk, "publisher")


def test_a_publisher_is_imported_with_findings(publisher):
    imported, _ = publisher
    counts = {
        name: (counts["read"], counts["left_out"]) for name, counts in imported["files"].items()
    }
    assert counts["orgs.csv"] == (2, 0)
    assert counts["users.csv"] == (3, 1), "a row with more cells than columns has slipped"
    assert imported["findings"]["warnings"] > 0
    told = str(imported["findings"]["list"])
    for word in ("classes.csv", "courseSourcedId", "termSourcedIds", "academicSessions.csv"):
        assert word in told, word
    assert "secret" not in told


@pytest.mark.parametrize("version", VERSIONS)
def test_of_a_publisher_two_orgs_and_two_users_remain(desk, publisher, version):
    vendor, records = publisher[1][version]
    counts = {name: len(found) for name, found in records.items() if found}
    assert counts == {"orgs": 2, "users": 2}
    lower = records["orgs"]["111"]
    assert lower["metadata"] == {"gender": "mixed", "boarding": "FALSE"}
    assert lower["parent"]["sourcedId"] == "222"
    assert "metadata" not in records["orgs"]["222"]
    user = records["users"]["u1"]
    assert (user["enabledUser"], user["identifier"]) == ("true", "first id")
    assert "secret" not in str(records)
    for klass in ("k1", "k2", "k3"):
        told = desk.run("explain", "publisher", vendor.connection, "section", klass)
        assert told["visible"] is False
        assert told["chain"][-1]["code"] == "missing"
    told = desk.run("explain", "publisher", vendor.connection, "enrollment", "e1")
    assert [(step["kind"], step["id"]) for step in told["chain"]] == [
        ("enrollment", "e1"), ("section", "k1"),
    ]  # fmt: skip


# Ids and names that break what is careless.

IDS = ("u/1", "u/1/2", "u@x.org", "u.1_2-3", "U/1", "u-%41", "a..b", "s" * 200)

NAMES = (
    "O'Brien", "Dr. \"Who\"", "Müller, Jr.", "مريم", "🦊 Fox", "<b>Bold</b> & Co", "back\\slash",
    '"href":"/ims/oneroster',
)  # fmt: skip


@pytest.fixture(scope="module")
def strange(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Any:
    allowed = [sourced_id for sourced_id in IDS if "%" not in sourced_id]
    people = [
        {
            "sourcedId": sourced_id,
            "enabledUser": "true",
            "orgSourcedIds": "sch/1@x",
            "role": "student",
            "username": sourced_id[:20],
            "givenName": NAMES[number],
            "familyName": NAMES[number],
            "metadata.href": "/ims/oneroster/v1p1/users/nobody",
            "metadata.note": NAMES[-1],
        }
        for number, sourced_id in enumerate(allowed)
    ]
    people[-1] |= {"givenName": NAMES[-1], "familyName": NAMES[-1]}
    files = {
        "orgs": table("sourcedId | name | type\nsch/1@x | Sample | school"),
        "academicSessions": table("""
            sourcedId | title | type | startDate  | endDate    | schoolYear
            t/1       | first | term | 2025-08-01 | 2026-02-01 | 2026
        """),
        "courses": table("sourcedId | title | courseCode | orgSourcedId\nc/1 | C | C | sch/1@x"),
        "classes": table("""
            sourcedId | title | courseSourcedId | classType | schoolSourcedId | termSourcedIds
            k/1@x     | K     | c/1             | scheduled | sch/1@x         | t/1
        """),
        "users": people,
        "enrollments": [
            {
                "sourcedId": f"e/{number}",
                "classSourcedId": "k/1@x",
                "schoolSourcedId": "sch/1@x",
                "userSourcedId": person["sourcedId"],
                "role": "student",
            }
            for number, person in enumerate(people)
        ],
    }
    folder = write(tmp_path_factory.mktemp("strange"), "1.1", files)
    desk.organization("strange", school_year="2026")
    desk.run("import_roster", "strange", folder)
    return people, read(desk, "strange")


@pytest.mark.parametrize("version", VERSIONS)
def test_ids_and_names_come_back_byte_for_byte(strange, version):
    people, found = strange
    vendor, records = found[version]
    assert set(records["users"]) == {person["sourcedId"] for person in people}
    for person in people:
        user = records["users"][person["sourcedId"]]
        assert user["givenName"] == person["givenName"]
        assert user["familyName"] == person["familyName"]
        assert user["metadata"]["note"] == NAMES[-1]
        assert vendor.one("users", person["sourcedId"]).body == {"user": user}
        # Some clients encode less, and the slash reaches the server as it is.
        plain = vendor.get(f"{vendor.url('users')}/{quote(person['sourcedId'])}")
        assert plain.body == {"user": user}
    assert vendor.one("users", "U/1").body["user"]["sourcedId"] == "U/1"
    assert vendor.one("users", "u/1").body["user"]["sourcedId"] == "u/1"
    assert vendor.one("users", "u").status == 404
    assert vendor.one("users", "u/").status == 404
    reference = records["enrollments"]["e/0"]["user"]
    assert reference["href"] == f"{vendor.base()}/users/{quote(people[0]['sourcedId'], safe='')}"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_column_called_href_is_told_as_it_came(strange, version):
    _, records = strange[1][version]
    for user in records["users"].values():
        assert user["metadata"]["href"] == "/ims/oneroster/v1p1/users/nobody"


def test_marks_and_reasons_take_strange_ids(desk, strange):
    _, found = strange
    for kind, sourced_id in (
        ("person", "u/1/2"), ("section", "k/1@x"), ("school_enrollment", "u@x.org~sch/1@x"),
        ("grade_level", "sch/1@x~2026~structure~none"), ("course", "c/1"),
    ):  # fmt: skip
        desk.run("exclude", "strange", kind, sourced_id, "--reason", "Asked")
        told = desk.run("explain", "strange", found["1.2"][0].connection, kind, sourced_id)
        assert told["chain"][-1]["code"] == "marked"
        desk.run("include", "strange", kind, sourced_id)


# What is refused leaves nothing behind, and what was there before as it was.

GOOD = {
    "manifest.csv": """
        propertyName,value
        manifest.version,1.0
        oneroster.version,1.1
        file.academicSessions,bulk
        file.categories,absent
        file.classes,bulk
        file.classResources,absent
        file.courses,bulk
        file.courseResources,absent
        file.demographics,absent
        file.enrollments,bulk
        file.lineItems,absent
        file.orgs,bulk
        file.resources,absent
        file.results,absent
        file.users,bulk
    """,
    "orgs.csv": """
        sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId
        s1,,,First,school,,
    """,
    "academicSessions.csv": """
        sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear
        t1,,,Fall,term,2025-08-01,2026-02-01,,2026
    """,
    "courses.csv": """
        sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes
        c1,,,,Course,C1,,s1,,
    """,
    "classes.csv": """
        sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods
        k1,,,Class,,c1,,scheduled,,s1,t1,,,
    """,
    "users.csv": """
        sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password
        u1,,,true,s1,student,one,,Ona,One,,,,,,,,
    """,
    "enrollments.csv": """
        sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate
        e1,,,k1,s1,u1,student,,,
    """,
}


def without_manifest_and_stamped(folder: Path) -> Path:
    files = {name: body for name, body in GOOD.items() if name != "manifest.csv"}
    stamped = {
        name: body.replace("1,,,", "1,active,2025-09-01T00:00:00.000Z,")
        for name, body in files.items()
    }
    return text(folder, stamped)


def header_without_ids(folder: Path) -> Path:
    return text(
        folder, {**GOOD, "users.csv": GOOD["users.csv"].replace("sourcedId,status", "id,status")}
    )


def not_a_zip(folder: Path) -> Path:
    path = text(folder, {}) / "bundle.zip"
    path.write_bytes(b"This is no zip at all")
    return path


def broken_zip(folder: Path) -> Path:
    source = text(folder / "good", GOOD)
    path = folder / "bundle.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in source.iterdir():
            archive.write(file, file.name)
    path.write_bytes(path.read_bytes()[:-200])
    return path


def reaching_out(folder: Path) -> Path:
    path = text(folder, {}) / "bundle.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, body in GOOD.items():
            archive.writestr("../" + name, body)
    return path


def empty_folder(folder: Path) -> Path:
    return text(folder, {})


def nothing_there(folder: Path) -> Path:
    return folder / "nowhere.zip"


def of_another_century(folder: Path) -> Path:
    manifest = GOOD["manifest.csv"].replace("oneroster.version,1.1", "oneroster.version,2.0")
    return text(folder, {**GOOD, "manifest.csv": manifest})


def no_text(folder: Path) -> Path:
    text(folder, GOOD)
    (folder / "users.csv").write_bytes(bytes(range(256)) * 40)
    return folder


@pytest.fixture(scope="module")
def settled(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Connected:
    """A district that has something to lose."""
    desk.organization("settled", school_year="2026")
    desk.run("import_roster", "settled", text(tmp_path_factory.mktemp("good"), GOOD))
    vendor = desk.connect("settled", "1.1", *EVERYTHING)
    desk.refresh("settled")
    return vendor


@pytest.mark.parametrize(
    "bundle",
    [
        without_manifest_and_stamped, header_without_ids, not_a_zip,
        broken_zip, reaching_out, empty_folder, nothing_there, of_another_century, no_text,
    ],
    ids=lambda bundle: bundle.__name__,
)  # fmt: skip
def test_what_is_refused_says_why_and_changes_nothing(
    desk: Desk, settled: Connected, tmp_path: Path, bundle: Callable[[Path], Path]
):
    before = settled.everything()
    kinds = ("school", "person", "section", "enrollment", "course")
    rows = {kind: desk.run("list_kind", "settled", kind)["rows"] for kind in kinds}
    words = desk.refusal("import_roster", "settled", bundle(tmp_path / "bundle"))
    assert len(words) > 20
    assert "Traceback" not in words
    assert rows == {kind: desk.run("list_kind", "settled", kind)["rows"] for kind in kinds}
    desk.refresh("settled")
    assert settled.everything() == before


def test_the_same_bundle_again_changes_nothing(desk, settled, tmp_path):
    before = settled.everything()
    again = desk.run("import_roster", "settled", text(tmp_path / "good", GOOD))
    assert all(
        counts["unchanged"] == counts["read"] and not counts["created"] + counts["updated"]
        for counts in again["files"].values()
    )
    done = desk.refresh("settled")
    assert (done["added"], done["changed"], done["removed"]) == (0, 0, 0)
    assert settled.everything() == before
