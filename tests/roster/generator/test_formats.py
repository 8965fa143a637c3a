"""The headers, written down once more, by hand, from the CSV bindings 1.1.1 and 1.2.1."""

from __future__ import annotations

import pytest

from roster.generator.formats import COLUMNS
from tests.roster.generator import reading
from tests.roster.generator.conftest import Generated

SHARED = """
academicSessions: sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear
classes: sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods
classResources: sourcedId,status,dateLastModified,title,classSourcedId,resourceSourcedId
courses: sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes
courseResources: sourcedId,status,dateLastModified,title,courseSourcedId,resourceSourcedId
demographics: sourcedId,status,dateLastModified,birthDate,sex,americanIndianOrAlaskaNative,asian,blackOrAfricanAmerican,nativeHawaiianOrOtherPacificIslander,white,demographicRaceTwoOrMoreRaces,hispanicOrLatinoEthnicity,countryOfBirthCode,stateOfBirthAbbreviation,cityOfBirth,publicSchoolResidenceStatus
enrollments: sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate
orgs: sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId
resources: sourcedId,status,dateLastModified,vendorResourceId,title,roles,importance,vendorId,applicationId
"""  # noqa: E501

HEADERS = {
    "1.1": SHARED
    + """
categories: sourcedId,status,dateLastModified,title
lineItems: sourcedId,status,dateLastModified,title,description,assignDate,dueDate,classSourcedId,categorySourcedId,gradingPeriodSourcedId,resultValueMin,resultValueMax
results: sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,comment
users: sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password
""",  # noqa: E501
    "1.2": SHARED
    + """
categories: sourcedId,status,dateLastModified,title,weight
lineItemLearningObjectiveIds: sourcedId,status,dateLastModified,lineItemSourcedId,source,learningObjectiveId
lineItems: sourcedId,status,dateLastModified,title,description,assignDate,dueDate,classSourcedId,categorySourcedId,academicSessionSourcedId,resultValueMin,resultValueMax,schoolSourcedId
lineItemScoreScales: sourcedId,status,dateLastModified,title,lineItemSourcedId,scoreScaleSourcedId
resultLearningObjectiveIds: sourcedId,status,dateLastModified,resultSourcedId,source,learningObjectiveId,score,textScore
results: sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,comment,textScore,classSourcedId,inProgress,incomplete,late,missing
resultScoreScales: sourcedId,status,dateLastModified,title,resultSourcedId,scoreScaleSourcedId
roles: sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId
scoreScales: sourcedId,status,dateLastModified,title,type,orgSourcedId,courseSourcedId,classSourcedId,scoreScaleValue
userProfiles: sourcedId,status,dateLastModified,userSourcedId,profileType,vendorId,applicationId,description,credentialType,username,password
userResources: sourcedId,status,dateLastModified,userSourcedId,orgSourcedId,classSourcedId,resourceSourcedId
users: sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,preferredGivenName,preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns
""",  # noqa: E501
}


def _headers(version: str) -> dict[str, str]:
    lines = HEADERS[version].strip().splitlines()
    return dict(line.split(": ") for line in lines if line)


@pytest.mark.parametrize(("version", "files"), [("1.1", 13), ("1.2", 21)])
def test_the_table_of_columns_is_the_bindings(version: str, files: int) -> None:
    assert {name: ",".join(columns) for name, columns in COLUMNS[version].items()} == _headers(
        version
    )
    assert len(COLUMNS[version]) == files


def test_every_file_has_exactly_its_header(district: Generated) -> None:
    expected = {f"{name}.csv": text for name, text in _headers(district.version).items()}
    for name, text in district.texts.items():
        if name != "manifest.csv":
            assert reading.header(text) == expected[name]


def test_the_manifest_names_every_file_and_only_written_ones_are_bulk(district: Generated) -> None:
    manifest = reading.manifest(district.path)
    files = {name for name in manifest if name.startswith("file.")}
    bulk = {name.removeprefix("file.") for name in files if manifest[name] == "bulk"}
    assert files == {f"file.{name}" for name in _headers(district.version)}
    assert {manifest[name] for name in files} == {"bulk", "absent"}
    assert {f"{name}.csv" for name in bulk} | {"manifest.csv"} == set(district.texts)
    assert manifest["manifest.version"] == "1.0"
    assert manifest["oneroster.version"] == district.version
