"""Says which files a OneRoster bundle may hold, and their columns in the binding's exact order.

Written down from the CSV bindings 1.1.1 and 1.2.1, apart from the importer's own table, so that
a bundle made here is an independent check of it. 1.2.1 dropped `users.resourceSourcedIds`.
"""

_BASE = "sourcedId,status,dateLastModified,"

_BOTH = {
    "academicSessions": "title,type,startDate,endDate,parentSourcedId,schoolYear",
    "classes": (
        "title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,"
        "termSourcedIds,subjects,subjectCodes,periods"
    ),
    "classResources": "title,classSourcedId,resourceSourcedId",
    "courses": ("schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes"),
    "courseResources": "title,courseSourcedId,resourceSourcedId",
    "demographics": (
        "birthDate,sex,americanIndianOrAlaskaNative,asian,blackOrAfricanAmerican,"
        "nativeHawaiianOrOtherPacificIslander,white,demographicRaceTwoOrMoreRaces,"
        "hispanicOrLatinoEthnicity,countryOfBirthCode,stateOfBirthAbbreviation,cityOfBirth,"
        "publicSchoolResidenceStatus"
    ),
    "enrollments": ("classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate"),
    "orgs": "name,type,identifier,parentSourcedId",
    "resources": "vendorResourceId,title,roles,importance,vendorId,applicationId",
}

_ONLY_1_1 = {
    "categories": "title",
    "lineItems": (
        "title,description,assignDate,dueDate,classSourcedId,categorySourcedId,"
        "gradingPeriodSourcedId,resultValueMin,resultValueMax"
    ),
    "results": "lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,comment",
    "users": (
        "enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,"
        "identifier,email,sms,phone,agentSourcedIds,grades,password"
    ),
}

_ONLY_1_2 = {
    "categories": "title,weight",
    "lineItemLearningObjectiveIds": "lineItemSourcedId,source,learningObjectiveId",
    "lineItems": (
        "title,description,assignDate,dueDate,classSourcedId,categorySourcedId,"
        "academicSessionSourcedId,resultValueMin,resultValueMax,schoolSourcedId"
    ),
    "lineItemScoreScales": "title,lineItemSourcedId,scoreScaleSourcedId",
    "resultLearningObjectiveIds": ("resultSourcedId,source,learningObjectiveId,score,textScore"),
    "results": (
        "lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,comment,textScore,"
        "classSourcedId,inProgress,incomplete,late,missing"
    ),
    "resultScoreScales": "title,resultSourcedId,scoreScaleSourcedId",
    "roles": ("userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId"),
    "scoreScales": ("title,type,orgSourcedId,courseSourcedId,classSourcedId,scoreScaleValue"),
    "userProfiles": (
        "userSourcedId,profileType,vendorId,applicationId,description,credentialType,"
        "username,password"
    ),
    "userResources": "userSourcedId,orgSourcedId,classSourcedId,resourceSourcedId",
    "users": (
        "enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,"
        "phone,agentSourcedIds,grades,password,userMasterIdentifier,preferredGivenName,"
        "preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns"
    ),
}


def _table(*parts: dict[str, str]) -> dict[str, tuple[str, ...]]:
    merged = {name: text for part in parts for name, text in part.items()}
    return {
        name: tuple((_BASE + merged[name]).split(",")) for name in sorted(merged, key=str.lower)
    }


#: Version → file (without `.csv`) → columns. The files stand in the manifest's order.
COLUMNS = {"1.1": _table(_BOTH, _ONLY_1_1), "1.2": _table(_BOTH, _ONLY_1_2)}

VERSIONS = tuple(COLUMNS)
