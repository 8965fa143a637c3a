"""Both CSV bindings, whole: every file with its columns in order, and what they demand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from roster.importing import import_bundle
from roster.importing.binding import BASE, needs
from roster.importing.files import FILES
from roster.models import Import, LineItem, Org, Result
from roster.refusal import Refused
from tests.roster.importing.bundles import (
    EVERYTHING,
    GRADEBOOK,
    V1P1,
    V1P2,
    Files,
    edited,
    manifest_of,
)
from tests.roster.importing.cases import Change, bundle, cell, changed, text
from tests.roster.importing.conftest import Bundler

Codes = Callable[[Import], set[str]]

USER = "enabledUser username userIds givenName familyName middleName identifier email sms phone"
BOTH = {
    "academicSessions": "title type startDate endDate parentSourcedId schoolYear",
    "classes": "title grades courseSourcedId classCode classType location schoolSourcedId"
    " termSourcedIds subjects subjectCodes periods",
    "classResources": "title classSourcedId resourceSourcedId",
    "courseResources": "title courseSourcedId resourceSourcedId",
    "courses": "schoolYearSourcedId title courseCode grades orgSourcedId subjects subjectCodes",
    "demographics": "birthDate sex americanIndianOrAlaskaNative asian blackOrAfricanAmerican"
    " nativeHawaiianOrOtherPacificIslander white demographicRaceTwoOrMoreRaces"
    " hispanicOrLatinoEthnicity countryOfBirthCode stateOfBirthAbbreviation cityOfBirth"
    " publicSchoolResidenceStatus",
    "enrollments": "classSourcedId schoolSourcedId userSourcedId role primary beginDate endDate",
    "orgs": "name type identifier parentSourcedId",
    "resources": "vendorResourceId title roles importance vendorId applicationId",
}
OLD = BOTH | {
    "categories": "title",
    "lineItems": "title description assignDate dueDate classSourcedId categorySourcedId"
    " gradingPeriodSourcedId resultValueMin resultValueMax",
    "results": "lineItemSourcedId studentSourcedId scoreStatus score scoreDate comment",
    "users": USER.replace("enabledUser", "enabledUser orgSourcedIds role")
    + " agentSourcedIds grades password",
}
NEW = BOTH | {
    "categories": "title weight",
    "lineItemLearningObjectiveIds": "lineItemSourcedId source learningObjectiveId",
    "lineItems": "title description assignDate dueDate classSourcedId categorySourcedId"
    " academicSessionSourcedId resultValueMin resultValueMax schoolSourcedId",
    "lineItemScoreScales": "title lineItemSourcedId scoreScaleSourcedId",
    "resultLearningObjectiveIds": "resultSourcedId source learningObjectiveId score textScore",
    "results": "lineItemSourcedId studentSourcedId scoreStatus score scoreDate comment textScore"
    " classSourcedId inProgress incomplete late missing",
    "resultScoreScales": "title resultSourcedId scoreScaleSourcedId",
    "roles": "userSourcedId roleType role beginDate endDate orgSourcedId userProfileSourcedId",
    "scoreScales": "title type orgSourcedId courseSourcedId classSourcedId scoreScaleValue",
    "userProfiles": "userSourcedId profileType vendorId applicationId description credentialType"
    " username password",
    "userResources": "userSourcedId orgSourcedId classSourcedId resourceSourcedId",
    "users": f"{USER} agentSourcedIds grades password userMasterIdentifier resourceSourcedIds"
    " preferredGivenName preferredMiddleName preferredFamilyName primaryOrgSourcedId pronouns",
}


@pytest.mark.parametrize(("version", "files"), [("1.1", OLD), ("1.2", NEW)])
def test_every_file_has_the_binding_s_columns_in_its_order(
    version: str, files: dict[str, str]
) -> None:
    known = {
        file.name: " ".join(column.name for column in file.columns_of(version))
        for file in FILES.values()
        if file.of(version)
    }
    assert known == files
    assert BASE == ("sourcedId", "status", "dateLastModified")


@pytest.mark.parametrize(
    ("file", "version", "others"),
    [
        ("orgs", "1.2", set()),
        ("academicSessions", "1.1", set()),
        ("courses", "1.2", {"orgs"}),
        ("classes", "1.1", {"academicSessions", "courses", "orgs"}),
        ("users", "1.1", set()),
        ("users", "1.2", {"roles"}),
        ("roles", "1.2", {"users", "orgs"}),
        ("userProfiles", "1.2", {"users", "orgs"}),
        ("enrollments", "1.2", {"classes", "orgs", "users"}),
        ("demographics", "1.1", {"users"}),
        ("lineItems", "1.2", {"classes", "categories", "academicSessions", "orgs"}),
        ("results", "1.1", {"lineItems", "users"}),
        ("scoreScales", "1.2", {"orgs", "courses", "classes"}),
        ("resultScoreScales", "1.2", {"results", "scoreScales"}),
        ("lineItemLearningObjectiveIds", "1.2", {"lineItems"}),
    ],
)
def test_files_need_the_files_whose_records_they_must_name(
    file: str, version: str, others: set[str]
) -> None:
    assert needs(FILES[file], version) == others


def test_a_strict_bundle_holds_the_files_that_its_files_need(load: Bundler, codes: Codes) -> None:
    files = {name: text for name, text in V1P2.items() if name != "courses.csv"}
    with pytest.raises(Refused, match=r"classes\.csv: file-needed"):
        load(files, strict=True)
    assert not Org.objects.exists()
    assert "file-needed" not in codes(load(files))


def test_a_strict_bundle_gives_a_person_one_primary_role_at_an_org(
    load: Bundler, codes: Codes
) -> None:
    row = "r1,,,ann,primary,student,,,s1,"
    roles = V1P2["roles.csv"]
    assert row in roles
    files = V1P2 | {"roles.csv": roles + row.replace("r1", "r9").replace("student", "aide") + "\n"}
    with pytest.raises(Refused, match=r"roles\.csv: role-primary-twice"):
        load(files, strict=True)
    assert codes(load(files)) == {"role-primary-twice"}


PRIMARY = "e9,,,k1,s1,pat,teacher,true,2026-09-01,\n"


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (PRIMARY + PRIMARY.replace("e9", "e8"), "teacher-primary-twice"),
        (PRIMARY + PRIMARY.replace("e9", "e8").replace("2026-09-01,", "2026-09-01,2026-10-01"),
         "teacher-primary-twice"),
        (PRIMARY.replace("01,", "01,2026-10-01") + PRIMARY.replace("e9", "e8").replace("09", "10"),
         None),
        (PRIMARY.replace("2026-09-01", "2026-01-01"), "date-outside-terms"),
        (PRIMARY.replace("2026-09-01,", "2026-09-01,2028-01-01"), "date-outside-terms"),
    ],
)  # fmt: skip
def test_what_classes_ask_of_enrollments_is_refused_strictly(
    load: Bundler, rows: str, code: str | None
) -> None:
    files = edited(V1P2, "enrollments.csv", "tom,teacher,true,,\n", f"tom,teacher,false,,\n{rows}")
    if code is None:
        load(files, strict=True)
        return
    with pytest.raises(Refused, match=rf"enrollments\.csv: {code}"):
        load(files, strict=True)
    load(files)


@pytest.mark.parametrize(
    "heads", ["sourcedId,status,dateLastModified,metadata.x,name,type,identifier,parentSourcedId",
              "name,type,sourcedId,status,dateLastModified,identifier,parentSourcedId"]
)  # fmt: skip
def test_columns_in_another_order_are_read_but_not_strictly(
    load: Bundler, codes: Codes, heads: str
) -> None:
    places = {"sourcedId": "s9", "name": "East", "type": "school"}
    row = ",".join(places.get(head, "") for head in heads.split(","))
    files = {"orgs.csv": f"{heads}\n{row}\n"}
    with pytest.raises(Refused, match=r"orgs\.csv: column-order"):
        load(files, strict=True)
    assert codes(load(files)) == {"column-order"}
    assert Org.objects.get(sourced_id="s9").name == "East"


def test_the_columns_of_1_1_s_gradebook_are_read(load: Bundler, codes: Codes) -> None:
    line_items = (
        "sourcedId,status,dateLastModified,title,description,assignDate,dueDate,classSourcedId,"
        "categorySourcedId,gradingPeriodSourcedId,resultValueMin,resultValueMax\n"
        "l1,,,Quiz,,2026-09-01,2026-09-05,k1,cat,t1,0,100\n"
    )
    results = (
        "sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,scoreStatus,score,"
        "scoreDate,comment\n"
        "x1,,,l1,ann,fully graded,92.5,2026-09-06,\nx2,,,l1,ann,exempt,,2026-09-06,\n"
    )
    categories = "sourcedId,status,dateLastModified,title\ncat,,,Tests\n"
    gradebook = {"categories.csv": categories, "lineItems.csv": line_items, "results.csv": results}
    done = load(V1P1 | gradebook, "1.1")
    assert [(f.code, f.column, f.sourced_id) for f in done.findings.all()] == [
        ("missing", "score", "x2")
    ]
    assert LineItem.objects.get().result_value_max == 100
    assert Result.objects.get(sourced_id="x1").score == 92.5


def test_every_file_of_1_2_is_read(load: Bundler) -> None:
    done = load(EVERYTHING)
    read = {name: counts["created"] + counts["updated"] for name, counts in done.counts.items()}
    assert {f"{name}.csv" for name in NEW} == set(read)
    assert all(read.values()), read
    assert set(GRADEBOOK) < set(read)


def test_a_bundle_that_was_read_leniently_is_still_judged_strictly(load: Bundler) -> None:
    path = load.write(V1P2 | {"Users.txt": "x"}, manifest=manifest_of(V1P2, "1.2").upper())
    import_bundle(load.organization, path, by="Dana")
    with pytest.raises(Refused, match="manifest-form"):
        import_bundle(load.organization, path, by="Dana", strict=True)


def test_what_files_without_a_manifest_are_is_remembered(load: Bundler, codes: Codes) -> None:
    files = {name: stamped_rows(text) for name, text in bundle("1.1").items()}
    load(files, "1.1", manifest=None)
    path = load.write(
        files | {"orgs.csv": files["orgs.csv"].replace("North", "Old")}, manifest=None
    )
    with pytest.raises(Refused, match="--without-manifest"):
        import_bundle(load.organization, path, by="Dana")
    done = import_bundle(load.organization, path, by="Dana", answer="bulk")
    assert "bulk-or-delta-answered" in codes(done)
    again = load(files, "1.1", manifest=None)
    assert (again.state, again.answer) == ("applied", "bulk")


def stamped_rows(text: str) -> str:
    head, *rows = text.rstrip("\n").split("\n")
    stamp = "active,2026-11-27T02:00:00Z"
    return "\n".join([head, *(row.replace(",,,", f",{stamp},", 1) for row in rows)]) + "\n"


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize(
    ("change", "code"),
    [
        (text("users", lambda whole: whole + "\n"), "row-blank"),
        (text("users", lambda whole: whole + "," * whole.partition("\n")[0].count(",") + "\n"),
         "row-blank"),
        (text("orgs", lambda whole: whole.replace("North", 'N"orth')), "cell-bare-quote"),
        (text("manifest", lambda whole: whole.replace("version,1.0", "version,2.0")),
         "manifest-version-other"),
        (cell("classes", "k1", "termSourcedIds", "fall, spring"), "list-blanks"),
        (cell("courses", "alg", "schoolYearSourcedId", "fall"), "session-not-a-year"),
        (cell("users", "ann", "status", "Active"), "letter-case"),
    ],
)  # fmt: skip
def test_strictly_the_binding_holds_rule_by_rule(
    change: Change, code: str, version: str, load: Bundler
) -> None:
    files = bundle(version)
    whole = {"manifest.csv": manifest_of(files, version), **files}
    with pytest.raises(Refused, match=code):
        load(changed(whole, [change]), version, strict=True)
    load(changed(whole, [change]), version)


def strictly(files: Files, version: str, load: Bundler) -> str:
    """Return for what a strict import refuses a bundle; ends of last year's are in all of them."""
    with pytest.raises(Refused) as refused:
        load({"manifest.csv": manifest_of(files, version), **files}, version, strict=True)
    return str(refused.value)


def test_quotes_within_quotes_are_no_bare_ones(load: Bundler) -> None:
    files = changed(bundle("1.2"), [cell("orgs", "north", "name", 'The "North", and more')])
    assert "cell-bare-quote" not in strictly(files, "1.2", load)


@pytest.mark.parametrize("grade", ["9", "Grade 9", "Oak room"])
def test_grades_are_words_of_their_own_in_1_2(grade: str, load: Bundler) -> None:
    for version in ("1.2", "1.1"):
        files = changed(bundle(version), [cell("users", "ann", "grades", grade)])
        assert ("grade-" in strictly(files, version, load)) is (version == "1.1")
