"""A small district as CSV text, in both versions; tests change a cell and import it."""

from __future__ import annotations

from typing import Any

from roster.importing.files import FILES

Files = dict[str, Any]

BOTH: Files = {
    "orgs.csv": (
        "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\n"
        "d,,,Riverside,district,,\n"
        "s1,,,North School,school,N,d\n"
        "s2,,,South School,school,S,d\n"
    ),
    "academicSessions.csv": (
        "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,"
        "schoolYear\n"
        "y,,,2026-27,schoolYear,2026-07-01,2027-07-01,,2027\n"
        "t1,,,Fall,term,2026-08-20,2027-01-10,y,2027\n"
    ),
    "courses.csv": (
        "sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,"
        "orgSourcedId,subjects,subjectCodes\n"
        'c1,,,y,Algebra,MA1,"09,10",s1,Math,MA\n'
    ),
    "classes.csv": (
        "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,"
        "location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods\n"
        'k1,,,Algebra 1,09,c1,A1,scheduled,Room 1,s1,"t1",Math,MA,"1,3"\n'
    ),
    "enrollments.csv": (
        "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,"
        "primary,beginDate,endDate\n"
        "e1,,,k1,s1,ann,student,,2026-08-20,\n"
        "e2,,,k1,s1,tom,teacher,true,,\n"
    ),
    "demographics.csv": (
        "sourcedId,status,dateLastModified,birthDate,sex,americanIndianOrAlaskaNative,asian,"
        "blackOrAfricanAmerican,nativeHawaiianOrOtherPacificIslander,white,"
        "demographicRaceTwoOrMoreRaces,hispanicOrLatinoEthnicity,countryOfBirthCode,"
        "stateOfBirthAbbreviation,cityOfBirth,publicSchoolResidenceStatus\n"
        "ann,,,2012-03-04,female,,true,,,false,,,US,WA,Riverside,\n"
    ),
}

V1P1: Files = BOTH | {
    "users.csv": (
        "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,"
        "givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,"
        "password\n"
        "ann,,,true,s1,student,ann,{LDAP:12},Ann,O'Hara,,A1,ann@example.org,,,pat,09,\n"
        'tom,,,true,"s1,s2",teacher,tom,,Tom,Li,,T1,tom@example.org,,,,,\n'
        "pat,,,true,s1,parent,pat,,Pat,O'Hara,,,,,,ann,,\n"
        "lea,,,true,d,administrator,lea,,Lea,Roy,,,,,,,,\n"
    ),
}

V1P2: Files = BOTH | {
    "users.csv": (
        "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,"
        "middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,"
        "userMasterIdentifier,preferredGivenName,preferredMiddleName,preferredFamilyName,"
        "primaryOrgSourcedId,pronouns\n"
        "ann,,,true,ann,{LDAP:12},Ann,O'Hara,,A1,ann@example.org,,,pat,09,,M1,Annie,,,s1,she\n"
        "tom,,,true,tom,,Tom,Li,,T1,tom@example.org,,,,,,,,,,s1,\n"
        "pat,,,true,pat,,Pat,O'Hara,,,,,,ann,,,,,,,,\n"
    ),
    "roles.csv": (
        "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,"
        "orgSourcedId,userProfileSourcedId\n"
        "r1,,,ann,primary,student,,,s1,\n"
        "r2,,,tom,primary,teacher,2026-08-01,,s1,\n"
        "r3,,,tom,primary,teacher,,,s2,\n"
        "r4,,,pat,primary,parent,,,s1,\n"
    ),
}

GRADEBOOK: Files = {
    "categories.csv": "sourcedId,status,dateLastModified,title,weight\ncat,,,Tests,70\n",
    "lineItems.csv": (
        "sourcedId,status,dateLastModified,title,description,assignDate,dueDate,classSourcedId,"
        "categorySourcedId,academicSessionSourcedId,resultValueMin,resultValueMax,"
        "schoolSourcedId\n"
        "l1,,,Quiz,,2026-09-01,2026-09-05,k1,cat,t1,0,100,s1\n"
    ),
    "results.csv": (
        "sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,scoreStatus,score,"
        "scoreDate,comment,textScore,classSourcedId,inProgress,incomplete,late,missing\n"
        "x1,,,l1,ann,fully graded,92.5,2026-09-06,Well done,A,k1,,,false,\n"
    ),
    "scoreScales.csv": (
        "sourcedId,status,dateLastModified,title,type,orgSourcedId,courseSourcedId,"
        "classSourcedId,scoreScaleValue\n"
        'sc,,,Letters,letter,s1,c1,k1,"{A:90-100},{B:80},{60-69:D}"\n'
        "sd,,,Pass,pass,s1,c1,k1,{Pass:50}\n"
    ),
    "lineItemScoreScales.csv": (
        "sourcedId,status,dateLastModified,title,lineItemSourcedId,scoreScaleSourcedId\n"
        "ls1,,,,l1,sc\n"
    ),
    "resultScoreScales.csv": (
        "sourcedId,status,dateLastModified,title,resultSourcedId,scoreScaleSourcedId\n"
        "rs1,,,,x1,sc\n"
    ),
    "lineItemLearningObjectiveIds.csv": (
        "sourcedId,status,dateLastModified,lineItemSourcedId,source,learningObjectiveId\n"
        "lo1,,,l1,case,urn:uuid:00000000-0000-4000-8000-000000000001\nlo2,,,l1,unknown,Z\nlo3,,,l1,case,urn:uuid:00000000-0000-4000-8000-000000000002\n"
    ),
    "resultLearningObjectiveIds.csv": (
        "sourcedId,status,dateLastModified,resultSourcedId,source,learningObjectiveId,score,"
        "textScore\n"
        "ro1,,,x1,case,urn:uuid:00000000-0000-4000-8000-000000000001,3,\nro2,,,x1,case,urn:uuid:00000000-0000-4000-8000-000000000002,,met\n"
    ),
}

RESOURCES: Files = {
    "resources.csv": (
        "sourcedId,status,dateLastModified,vendorResourceId,title,roles,importance,vendorId,"
        "applicationId\n"
        'res,,,V-1,Atlas,"student,teacher",primary,v,app\n'
    ),
    "courseResources.csv": (
        "sourcedId,status,dateLastModified,title,courseSourcedId,resourceSourcedId\ncr,,,,c1,res\n"
    ),
    "classResources.csv": (
        "sourcedId,status,dateLastModified,title,classSourcedId,resourceSourcedId\nkr,,,,k1,res\n"
    ),
    "userResources.csv": (
        "sourcedId,status,dateLastModified,userSourcedId,orgSourcedId,classSourcedId,"
        "resourceSourcedId\n"
        "ur,,,ann,s1,k1,res\n"
    ),
    "userProfiles.csv": (
        "sourcedId,status,dateLastModified,userSourcedId,profileType,vendorId,applicationId,"
        "description,credentialType,username,password\n"
        "pr,,,ann,sso,v,app,,saml,ann@sso,\n"
    ),
}

EVERYTHING: Files = V1P2 | GRADEBOOK | RESOURCES


def edited(files: Files, name: str, old: str, new: str) -> Files:
    """Return the files with one text in one of them replaced, which must be there."""
    assert old in files[name], (name, old)
    return files | {name: files[name].replace(old, new)}


def manifest_of(files: Files, version: str) -> str:
    """Return the manifest that fits the files."""
    modes = "".join(
        f"file.{file.name},{'bulk' if file.filename in files else 'absent'}\n"
        for file in FILES.values()
        if file.of(version)
    )
    return f"propertyName,value\nmanifest.version,1.0\noneroster.version,{version}\n{modes}"
